#pragma once

#include "slipway/app/context.hpp"
#include "slipway/inspect/read.hpp"
#include "slipway/rehearse/side.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::app {

/// One side of a comparison on its way: what can be known of it without a throwaway server.
struct SideDraft {
  rehearse::Side side;
  std::optional<pg::Session> session; ///< of a live database
  std::optional<schema::Schema> read; ///< of a live database or a snapshot
  std::string author;                 ///< who makes its objects; empty: nothing says so
  bool is_snapshot() const { return side.kind == rehearse::SideKind::snapshot; }
  /// 0 when nothing speaks for one.
  int major_version() const;
};

/// Both, and how they are looked at.
struct SideDrafts {
  SideDraft from;
  SideDraft to;
  inspect::Scope scope;
  /// Statements that make stand-ins for what is left out of a live side.
  std::vector<std::string> outside;
  /// 0 when nothing speaks for one.
  int major_version = 0;
};

/// Connects to what is live and reads it and the snapshots. Empty text stands for what the
/// project's own migrations make. What belongs to the platform of one live side, and what a
/// snapshot was written without, is looked at on neither side; of secrets only the names are, when
/// one side does not know more. Errors: usage; unsupported for two versions, and for a snapshot
/// that no plan can be made from; source for one that cannot be read; connection; sql.
Result<SideDrafts> draft_sides(const Context& context, const std::string& from,
                               const std::string& to, const Wait& wait);

} // namespace slipway::app
