#pragma once

#include "slipway/replay/parked.hpp"
#include "slipway/replay/relation_map.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace slipway::replay {

/// What a statement is about to take, as it names it.
struct ToDrop {
  QualifiedName table;
  std::string column; ///< empty: the table with all of its rows
  auto operator<=>(const ToDrop&) const = default;
};

/// What was kept aside of one table.
struct ParkedDrop {
  QualifiedName table;
  std::vector<std::string> columns; ///< empty: whole rows
  std::int64_t rows = 0;
};

struct ParkDroppedRequest {
  std::set<ToDrop> drops;
  /// Those of the run that is undone: what they wrote last is no write of the application's.
  std::vector<std::uint64_t> own_transactions;
};

/// What ParkedRow::position says of a row that park_dropped parked.
inline constexpr const char* k_undone_in_place = "undone in place";
/// The same of park_left.
inline constexpr const char* k_left_behind = "left behind";

/// Parks what is about to be dropped: the rows of tables, and of columns the values that are there
/// and are not the default which the column came with. To be called in the very transaction that
/// drops them, before its first statement; until its end nobody writes to those tables. Tables that
/// are not there, or are not tables, are passed over. Leaves the settings of the session as they
/// were. Errors: sql; a lock time-out when somebody is in the way.
Result<std::vector<ParkedDrop>> park_dropped(pg::Session& session, ParkedTable& parked,
                                             const ParkDroppedRequest& request, const Wait& wait);

/// Columns that `now` has in tables of `before`, and that `before` has not under this number or
/// name, but for computed ones.
std::set<ToDrop> new_columns(const RelationMap& before, const RelationMap& now);

/// The same from another database: what is in columns that the one of `parked` does not have.
/// `kept` is only read, and `live` is the session of `parked`. Called again, it begins anew.
/// Errors: sql.
Result<std::vector<ParkedDrop>> park_left(pg::Session& kept, pg::Session& live, ParkedTable& parked,
                                          const ParkDroppedRequest& request, const Wait& wait);

} // namespace slipway::replay
