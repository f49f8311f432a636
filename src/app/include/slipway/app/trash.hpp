#pragma once

#include "slipway/app/context.hpp"
#include "slipway/inspect/read_trash.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::app {

/// Something that a soft drop has put aside, and which migration did.
struct TrashEntry {
  inspect::TrashItem item;
  std::int64_t run = 0;                    ///< 0: no migration of the history names it
  std::string migration;                   ///< "20261120103000 drop legacy"; empty likewise
  std::optional<std::chrono::seconds> age; ///< since the migration was applied, where it is known
};

struct TrashReport {
  std::vector<TrashEntry> entries;
  std::vector<std::string> empty_schemas; ///< of the trash, with no table in them any more
  std::string database;
};

/// Errors: sql, connection.
Result<TrashReport> list_trash(const Context& context);
/// The same on an open session.
Result<TrashReport> read_trash_report(const Context& context, pg::Session& session,
                                      const Wait& wait);

/// What of the trash is meant; without either, all.
struct TrashSelection {
  std::optional<std::chrono::milliseconds> older_than; ///< not what nobody knows the age of
  std::optional<std::int64_t> run;
};
bool is_meant(const TrashEntry& entry, const TrashSelection& which);

struct TrashEmptied {
  std::int64_t run = 0;             ///< 0: there was nothing to do
  std::vector<std::string> dropped; ///< paths as they were called before the soft drop
};

/// Drops it for good, one by one, each as soon as nobody holds it: with the time-outs and the
/// budget of `up`, under the runner lock. Nothing is dropped with CASCADE. Errors: lock_timeout
/// when something is in use for too long, sql when something depends on it; what was dropped before
/// stays so, and is named. Safe to call again.
Result<TrashEmptied> empty_trash(const Context& context, const TrashSelection& which);

} // namespace slipway::app
