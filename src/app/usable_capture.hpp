#pragma once

#include "slipway/app/context.hpp"
#include "slipway/backup/manifest.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/replay/pgoutput.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::app {

/// The capture that holds all that a backup does not.
struct UsableCapture {
  std::string name;      ///< empty: there is none
  std::string obstacles; ///< why those that were armed cannot be used; empty: none was
  std::vector<std::uint64_t> migration_transactions;
  std::int64_t run = 0;  ///< the first one under it
  replay::Lsn since = 0; ///< where the slot began
  std::string spool;     ///< the folder for spools, where a part of the stream is; empty: none is
  /// A database that is kept in step, made before that run, and its slot; empty: there is none.
  std::string copy;
  std::string follower;
};

/// Errors: sql.
Result<UsableCapture> usable_capture(const Context& context, pg::Session& session,
                                     const backup::Manifest& backup, const Wait& wait);

} // namespace slipway::app
