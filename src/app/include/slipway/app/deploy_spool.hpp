#pragma once

#include "slipway/app/context.hpp"
#include "slipway/base/result.hpp"

#include <cstdint>
#include <string>

namespace slipway::app {

/// Until when to spool: what is there now, or until there is no capture any more, or a request to
/// stop.
enum class SpoolUntil { now, confirmed };

struct SpoolReport {
  std::string capture; ///< empty: nothing is armed
  std::string folder;
  std::string up_to;             ///< LSN; the slot is there, too
  std::int64_t transactions = 0; ///< that came to the spool
  std::int64_t in_all = 0;
  std::uint64_t bytes = 0; ///< of all its files
};

/// Takes what the slot of the newest deploy keeps into the folder of deploy.spool_folder, and moves
/// the slot on, so that the server can forget its write-ahead log. A rollback reads both. Several
/// at once take turns. Errors: check_failed when it was spooled elsewhere, or what was spooled is
/// broken; as replay::spool_step.
Result<SpoolReport> spool_deploy(const Context& context, SpoolUntil until);

} // namespace slipway::app
