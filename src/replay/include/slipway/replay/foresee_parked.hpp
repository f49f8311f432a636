#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/replay/carry_map.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace slipway::replay {

/// Rows that a rollback would park if it began now.
struct ForeseenParking {
  QualifiedName table; ///< of the old schema; of the new one when only that has it
  std::string why;     ///< for people
  std::int64_t rows = 0;
};

struct ForeseeRequest {
  RelationMap before;
  std::set<ColumnName> not_null;      ///< columns of the old schema
  std::vector<std::string> leave_out; ///< schemas
  std::string snapshot;               ///< of the backup
  /// Rows that were inserted, by the number of their table, as a stream tells.
  std::map<std::uint32_t, std::int64_t> inserted;
};

/// Looks at what was written since the backup and tells what the old schema could not hold: values
/// of another type, NULLs, tables that it does not have. Checks, unique keys and rows whose parent
/// is parked only a rollback finds. Changes nothing, and needs no copy. A row that the migration
/// itself wrote counts like any other. Errors: as sync_state.
Result<std::vector<ForeseenParking>>
foresee_parked(pg::Session& origin, const ForeseeRequest& request, const Wait& wait);

} // namespace slipway::replay
