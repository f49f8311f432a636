#pragma once

#include "slipway/replay/relation_map.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::replay {

/// A column of the copy, and where its values come from.
struct CarriedColumn {
  Column target;
  std::optional<Column> origin;       ///< in the new schema; none: dropped
  std::optional<std::string> reverse; ///< an expression over the new row, in place of the origin
  bool has_source() const { return origin.has_value() || reverse.has_value(); }
  /// The new schema has it under another type.
  bool is_retyped() const { return !reverse && origin && origin->type != target.type; }
};

/// A table of the copy and the one of the new schema that it has become.
struct CarriedTable {
  Relation target;
  std::optional<Relation> origin; ///< none: dropped
  /// Of the target, but those that it computes itself.
  std::vector<CarriedColumn> columns;
  /// Places in `columns` that tell rows apart and have a source. Empty: rows are only known by all
  /// of their values.
  std::vector<std::size_t> key;
  /// Neither has the number of the other; they are taken for the same because of their name.
  bool by_name = false;

  /// Something of the old schema that the new one does not know.
  bool has_dropped_columns() const;
};

/// How rows of the new schema find their place in the copy with the old one.
struct CarryMap {
  std::vector<CarriedTable> tables; ///< no partitions: their rows come through the root
  std::vector<Relation> created;    ///< only the new schema has them
  /// What no rule can carry, in words for people.
  std::vector<std::string> obstacles;
};

/// A column of the old schema.
struct ColumnName {
  QualifiedName table;
  std::string column;
  auto operator<=>(const ColumnName&) const = default;
};

/// Expressions over the new row that give values of old columns, from the migration's author.
using Reverses = std::map<ColumnName, std::string>;

/// The three maps: of the database before the migration, of the same one now, and of the copy.
struct Maps {
  RelationMap before;
  RelationMap now;
  RelationMap copy;
};

/// Pairs by number from before to now, so that renames and swaps of names need no word, and by name
/// from before to the copy, whose numbers are its own. `leave_out` are schemas that are not
/// carried: those of slipway's own tables.
/// Errors: check_failed when the copy is not of that database, or a reverse names no column.
Result<CarryMap> make_carry_map(const Maps& maps, const Reverses& reverses,
                                const std::vector<std::string>& leave_out);

} // namespace slipway::replay
