#include "slipway/rollback/unreturnable.hpp"

#include "slipway/schema/trash.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::rollback {

namespace {

using replay::CarriedColumn;
using replay::CarriedTable;
using schema::Kind;
using schema::Property;

std::string for_people(const QualifiedName& name) {
  return name.schema + "." + name.name;
}

class Prediction {
public:
  Prediction(const replay::CarryMap& map, const schema::Schema& before, const schema::Schema& after)
      : map_(map), before_(before), after_(after) {}

  std::vector<Unreturnable> all() {
    for (const auto& table : map_.created)
      add(for_people(table.name), Fate::parked, "its rows: the old schema has no such table");
    for (const auto& table : map_.tables) look_at(table);
    for (const auto& type : before_.objects(Kind::enum_type)) look_at_labels(type);
    for (const auto& domain : before_.objects(Kind::domain)) look_at_domain(domain);
    for (const auto& obstacle : map_.obstacles) add(obstacle, Fate::unknown, "no rule carries it");
    return std::move(found_);
  }

private:
  void add(std::string object, Fate fate, std::string message) {
    found_.push_back({std::move(object), fate, std::move(message)});
  }

  void look_at(const CarriedTable& table) {
    if (!table.origin) {
      add(for_people(table.target.name), Fate::unknown,
          "what is written to it between the backup and the drop");
      return;
    }
    const auto name = for_people(table.origin->name);
    const auto old_table = object_of(before_, table.target);
    const auto new_table = object_of(after_, *table.origin);
    for (const auto& column : table.columns) look_at(name, column, old_table, new_table);
    for (const auto& column : table.origin->columns)
      if (is_new(table, column))
        add(name + "." + column.name, Fate::parked,
            "its values: the old schema has no such column");
    if (old_table && new_table) look_at_rules(name, *old_table, *new_table);
  }

  static std::optional<schema::Object> object_of(const schema::Schema& schema,
                                                 const replay::Relation& relation) {
    return schema.relation(relation.name.schema, relation.name.name);
  }

  static bool is_new(const CarriedTable& table, const replay::Column& column) {
    return !column.computed &&
           std::none_of(table.columns.begin(), table.columns.end(),
                        [&](const CarriedColumn& one) {
                          return one.origin && one.origin->number == column.number;
                        }) &&
           table.target.column(column.name) == nullptr;
  }

  void look_at(const std::string& table, const CarriedColumn& column,
               const std::optional<schema::Object>& old_table,
               const std::optional<schema::Object>& new_table) {
    const auto old_column =
        old_table ? old_table->part(Kind::column, column.target.name) : std::nullopt;
    const bool required = old_column && old_column->has(Property::not_null);
    if (!column.has_source()) {
      const auto object = table + "." + column.target.name;
      add(object, Fate::unknown, "what is written to it between the backup and the drop");
      if (required && column.target.fallback.empty() && column.target.identity.empty())
        add(object, Fate::parked, "new rows: it takes no NULL, and nobody gives it a value");
      else
        add(object, Fate::left,
            column.target.fallback.empty()
                ? std::string("new rows have NULL in it")
                : "new rows have its default in it: " + column.target.fallback);
      return;
    }
    if (!column.origin) return;
    const auto object = table + "." + column.origin->name;
    if (column.is_retyped())
      add(object, Fate::parked,
          fmt::format("rows whose {} is no {}", column.origin->type, column.target.type));
    const auto new_column =
        new_table ? new_table->part(Kind::column, column.origin->name) : std::nullopt;
    // One that was put aside is not in the schema, and nobody gives it a value any more.
    if (required && schema::is_trash_name(column.origin->name) && column.origin->fallback.empty())
      add(table + "." + column.target.name, Fate::parked,
          "new rows: it takes no NULL, and nobody gives it a value");
    if (required && new_column && !new_column->has(Property::not_null))
      add(object, Fate::parked, "rows with NULL in it");
  }

  // Rules that were there and are not any more.
  void look_at_rules(const std::string& table, const schema::Object& old_table,
                     const schema::Object& new_table) {
    for (const auto& rule : old_table.parts(Kind::constraint))
      if (!new_table.part(Kind::constraint, rule.part()))
        add(table, Fate::parked, fmt::format("rows that the constraint {} refuses", rule.part()));
    for (const auto& index : old_table.parts(Kind::index))
      if (index.has(Property::unique) && !new_table.part(Kind::index, index.part()))
        add(table, Fate::parked,
            fmt::format("rows that the unique index {} refuses", index.part()));
  }

  void look_at_labels(const schema::Object& type) {
    const auto now = after_.find(type.identity());
    if (!now) return;
    const auto known = type.list(Property::labels);
    for (const auto& label : now->list(Property::labels))
      if (std::find(known.begin(), known.end(), label) == known.end())
        add(type.path(), Fate::parked, fmt::format("rows with its new value {}", label));
  }

  void look_at_domain(const schema::Object& domain) {
    const auto now = after_.find(domain.identity());
    if (!now) return;
    for (const auto& rule : domain.parts(Kind::domain_constraint))
      if (!now->part(Kind::domain_constraint, rule.part()))
        add(domain.path(), Fate::parked,
            fmt::format("rows with values that {} refuses", rule.part()));
  }

  const replay::CarryMap& map_;
  const schema::Schema& before_;
  const schema::Schema& after_;
  std::vector<Unreturnable> found_;
};

} // namespace

std::string_view fate_name(Fate fate) {
  switch (fate) {
  case Fate::parked:
    return "parked";
  case Fate::left:
    return "left";
  case Fate::unknown:
    break;
  }
  return "unknown";
}

std::vector<Unreturnable> unreturnable_writes(const replay::CarryMap& map,
                                              const schema::Schema& before,
                                              const schema::Schema& after) {
  return Prediction(map, before, after).all();
}

} // namespace slipway::rollback
