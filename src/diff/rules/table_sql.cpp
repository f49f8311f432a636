// How columns, constraints and indexes are written.
#include "table_sql.hpp"

#include "expression.hpp"
#include "family.hpp"
#include "identity.hpp"
#include "naming.hpp"
#include "options_change.hpp"

#include "slipway/schema/usual_name.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

std::string upper(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  });
  return upper;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const auto& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

std::string generated_clause(std::string_view generated) {
  const auto space = generated.find(' ');
  return " GENERATED ALWAYS AS " + in_parentheses(generated.substr(space + 1)) + " " +
         upper(generated.substr(0, space));
}

std::string not_null_clause(const Scene& scene, const Object& column) {
  if (!column.has(Property::not_null) || column.has(Property::not_null_not_valid)) return {};
  std::string text;
  if (column.has(Property::not_null_name))
    text += " CONSTRAINT " + ident(column.text(Property::not_null_name));
  else if (const auto usual = schema::usual_name(column.name(), column.part(), "not_null");
           scene.not_null_names.contains({std::string(column.schema()), usual}))
    text += " CONSTRAINT " + ident(usual);
  text += " NOT NULL";
  if (column.has(Property::not_null_no_inherit)) text += " NO INHERIT";
  return text;
}

// The last column of a key or foreign key with WITHOUT OVERLAPS or PERIOD.
std::string key_columns(const Object& constraint, Property property, bool period_first) {
  auto columns = constraint.list(property);
  for (auto& column : columns) column = ident(column);
  if (constraint.has(Property::without_overlaps) && !columns.empty()) {
    auto& last = columns.back();
    last = period_first ? "PERIOD " + last : last + " WITHOUT OVERLAPS";
  }
  return "(" + joined(columns) + ")";
}

std::string index_clauses(const Object& object) {
  std::string text;
  if (object.has(Property::include))
    text += " INCLUDE (" + ident_list(object.list(Property::include)) + ")";
  return text;
}

std::string storage_clauses(const Object& object, std::string_view tablespace_words) {
  std::string text;
  if (object.has(Property::options))
    text += " WITH (" + options_list(object.list(Property::options)) + ")";
  if (object.has(Property::tablespace))
    text += " " + std::string(tablespace_words) + " " + ident(object.text(Property::tablespace));
  return text;
}

std::string key_definition(const Object& constraint) {
  std::string text = upper(constraint.text(Property::constraint_type)) + " ";
  if (constraint.has(Property::nulls_not_distinct)) text += "NULLS NOT DISTINCT ";
  return text + key_columns(constraint, Property::columns, false) + index_clauses(constraint) +
         storage_clauses(constraint, "USING INDEX TABLESPACE") + deferrability(constraint);
}

std::string action(std::string_view words, const Object& constraint, Property property) {
  if (!constraint.has(property)) return {};
  return " " + std::string(words) + " " + upper(constraint.text(property));
}

std::string foreign_key_definition(const Object& constraint) {
  std::string text = "FOREIGN KEY " + key_columns(constraint, Property::columns, true) +
                     " REFERENCES " + std::string(constraint.text(Property::referenced_table)) +
                     " " + key_columns(constraint, Property::referenced_columns, true);
  if (constraint.has(Property::match)) text += " MATCH " + upper(constraint.text(Property::match));
  text += action("ON UPDATE", constraint, Property::on_update);
  text += action("ON DELETE", constraint, Property::on_delete);
  if (constraint.has(Property::on_delete_columns))
    text += " (" + ident_list(constraint.list(Property::on_delete_columns)) + ")";
  return text + deferrability(constraint);
}

// A table name within the schema's own dependencies on other things than itself.
bool needs_only_its_table(const schema::Schema& schema, const Object& part) {
  const auto& all = schema.dependencies();
  auto at = std::lower_bound(all.begin(), all.end(), schema::Dependency{part.index(), 0});
  for (; at != all.end() && at->object == part.index(); ++at) {
    const auto needed = schema.at(at->needs);
    if (needed.schema() != part.schema() || needed.name() != part.name() ||
        (needed.kind() != Kind::column && needed.kind() != Kind::table))
      return false;
  }
  return true;
}

// Of two keys over the same columns CREATE TABLE makes one.
bool is_like_another_key(const Object& table, const Object& constraint) {
  for (const auto& other : table.parts(Kind::constraint)) {
    const auto type = other.text(Property::constraint_type);
    const bool earlier =
        type == "primary key" || (type == "unique" && other.part() < constraint.part());
    if (earlier && other != constraint &&
        other.get(Property::columns) == constraint.get(Property::columns))
      return true;
  }
  return false;
}

} // namespace

std::string column_definition(const Scene& scene, const Object& column) {
  std::string text = ident(column.part()) + " " + std::string(column.text(Property::type));
  if (column.has(Property::compression))
    text += " COMPRESSION " + std::string(column.text(Property::compression));
  if (column.has(Property::foreign_options))
    text += " " + foreign_options_clause(column.list(Property::foreign_options));
  if (column.has(Property::collation))
    text += " COLLATE " + std::string(column.text(Property::collation));
  if (column.has(Property::default_value))
    text += " DEFAULT " + std::string(column.text(Property::default_value));
  if (column.has(Property::generated)) text += generated_clause(column.text(Property::generated));
  if (has_own_identity(scene, column)) text += identity_clause(column);
  return text + not_null_clause(scene, column);
}

schema::Schema column_without(const Object& column, Property property) {
  schema::SchemaBuilder builder;
  const auto table = builder.add(Kind::table, column.schema(), column.name());
  const auto bare = builder.add_part(table, Kind::column, column.part());
  for (const auto& value : column.values())
    if (value.property != property) builder.set(bare, value.property, value.text);
  return builder.finish({});
}

std::string deferrability(const Object& constraint) {
  std::string text;
  if (constraint.has(Property::deferrable)) text += " DEFERRABLE";
  if (constraint.has(Property::initially_deferred)) text += " INITIALLY DEFERRED";
  return text;
}

std::string constraint_definition(const Object& constraint, Validity validity) {
  const auto type = constraint.text(Property::constraint_type);
  std::string text;
  if (type == "check") {
    text = "CHECK " + in_parentheses(constraint.text(Property::expression));
    if (constraint.has(Property::no_inherit)) text += " NO INHERIT";
  } else if (type == "foreign key") {
    text = foreign_key_definition(constraint);
  } else if (type == "exclude") {
    return std::string(constraint.text(Property::definition));
  } else {
    return key_definition(constraint);
  }
  if (constraint.has(Property::not_enforced)) return text + " NOT ENFORCED";
  if (validity == Validity::not_valid || constraint.has(Property::not_valid)) text += " NOT VALID";
  return text;
}

std::string create_index(const Object& index, std::string_view name, bool concurrently, bool only) {
  std::string text = "CREATE ";
  if (index.has(Property::unique)) text += "UNIQUE ";
  text += "INDEX ";
  if (concurrently) text += "CONCURRENTLY ";
  text += ident(name) + " ON " + (only ? "ONLY " : "") + qualified(index);
  if (index.text(Property::method) != "btree")
    text += " USING " + ident(index.text(Property::method));
  text += " (" + joined(index.list(Property::columns)) + ")" + index_clauses(index);
  if (index.has(Property::nulls_not_distinct)) text += " NULLS NOT DISTINCT";
  text += storage_clauses(index, "TABLESPACE");
  if (index.has(Property::predicate))
    text += " WHERE " + std::string(index.text(Property::predicate));
  return text;
}

std::string create_constraint_index(const Object& constraint, std::string_view name,
                                    bool concurrently) {
  std::string text = "CREATE UNIQUE INDEX ";
  if (concurrently) text += "CONCURRENTLY ";
  text += ident(name) + " ON " + qualified(constraint) + " (" +
          ident_list(constraint.list(Property::columns)) + ")" + index_clauses(constraint);
  if (constraint.has(Property::nulls_not_distinct)) text += " NULLS NOT DISTINCT";
  return text + storage_clauses(constraint, "TABLESPACE");
}

std::string using_index(const Object& constraint, std::string_view index) {
  return "ADD CONSTRAINT " + ident(constraint.part()) + " " +
         upper(constraint.text(Property::constraint_type)) + " USING INDEX " + ident(index) +
         deferrability(constraint);
}

bool is_inline(const Scene& scene, const Object& constraint) {
  const auto table = constraint.parent();
  if (!table || existed(scene, constraint) || table->kind() != Kind::table) return false;
  const auto type = constraint.text(Property::constraint_type);
  if (type != "primary key" && type != "unique" && type != "check") return false;
  if (constraint.has(Property::inherited) && type == "check" && !table->has(Property::partition_of))
    return false;
  if (constraint.has(Property::not_valid)) return false;
  if (type == "unique" && is_like_another_key(*table, constraint)) return false;
  return needs_only_its_table(scene.to, constraint);
}

} // namespace slipway::diff
