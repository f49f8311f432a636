#pragma once

#include "slipway/pg/session.hpp"
#include "slipway/replay/carry_map.hpp"
#include "slipway/replay/migration_rows.hpp"
#include "slipway/replay/parked.hpp"
#include "slipway/replay/pgoutput.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::replay {

/// A change of a row as a statement for the copy, and what is parked if it cannot be made.
struct RowStatement {
  pg::Query query;
  ParkedRow row;
  /// It must touch a row; if it does not, the row is missing.
  bool touches = false;
  /// There is no table for it: it can only be parked.
  bool homeless = false;
};

/// Turns changes into statements, by the shapes that the stream announced and the map in force.
class ChangeStatements {
public:
  /// Both must outlive this.
  ChangeStatements(const Maps& maps, const CarryMap& map)
      : maps_(maps), carry_(map), shape_map_(&maps.before) {}

  /// From here on names mean what this map says.
  void use_map(RelationMap map);
  void announce(const pgoutput::Relation& relation) { shapes_[relation.id] = relation; }

  /// Nothing for a change that is not carried at all. Errors: part_way.
  Result<std::vector<RowStatement>> statements(const pgoutput::Change& change) const;
  /// Which rows of the old schema a change is about. Errors: part_way.
  Status note_rows(const pgoutput::Change& change, MigrationRows& rows) const;

private:
  struct Column {
    std::size_t value = 0; ///< place in the stream's rows
    const CarriedColumn* carried = nullptr;
    std::size_t place = 0; ///< in CarriedTable::columns
    bool in_key = false;
    bool retyped = false;
  };
  struct Shape {
    const pgoutput::Relation* relation = nullptr;
    const CarriedTable* table = nullptr;
    std::vector<Column> columns;
  };
  /// The values of one statement being made.
  struct Binding {
    std::vector<pg::Param> params;
    std::string bind(const Shape& shape, const Column& column, const pgoutput::Value& value);
  };

  Result<Shape> shape_of(std::uint32_t id) const;
  const CarriedTable* table_of(std::uint32_t id) const;
  static std::string key_of(const Shape& shape, const pgoutput::Tuple& row);
  static bool is_whole(const pgoutput::Relation& relation, std::size_t values);
  static RowStatement homeless(const Shape& shape, ParkedOperation operation,
                               const pgoutput::Tuple& row);
  static std::string condition(const Shape& shape, const pgoutput::Tuple& row, char kind,
                               Binding& binding);
  static RowStatement insert(const Shape& shape, const pgoutput::Tuple& row);
  static RowStatement update(const Shape& shape, const pgoutput::Update& change);
  static RowStatement remove(const Shape& shape, const pgoutput::Delete& change);

  const Maps& maps_;
  const CarryMap& carry_;
  RelationMap own_map_;
  const RelationMap* shape_map_;
  std::map<std::uint32_t, pgoutput::Relation> shapes_;
};

} // namespace slipway::replay
