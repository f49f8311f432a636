#pragma once

#include "slipway/app/context.hpp"
#include "slipway/replay/reapply.hpp"

#include <cstdint>
#include <vector>

namespace slipway::app {

struct ParkedWrites {
  std::vector<replay::ParkedGroup> groups;
  std::vector<replay::ParkedText> rows; ///< the first ones
  std::string database;
};

/// What rollbacks have parked and nobody made again. Errors: sql, connection.
Result<ParkedWrites> list_parked(const Context& context, const replay::ParkedSelection& which,
                                 std::int64_t rows);

/// Makes it again, under the runner lock. Errors: as replay::reapply; lock_timeout when another
/// slipway works on the database.
Result<replay::ReapplyReport> reapply_parked(const Context& context,
                                             const replay::ParkedSelection& which, bool force);

} // namespace slipway::app
