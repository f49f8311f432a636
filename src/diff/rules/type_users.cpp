#include "type_users.hpp"

#include "expression.hpp"
#include "naming.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

constexpr std::string_view k_array = "[]";

} // namespace

std::vector<Object> dependents_of(const schema::Schema& schema, const Object& object) {
  std::vector<Object> found;
  for (const auto& one : schema.dependencies())
    if (one.needs == object.index()) found.push_back(schema.at(one.object));
  return found;
}

bool is_table_column(const Object& object) {
  if (object.kind() != Kind::column) return false;
  const auto kind = object.parent()->kind();
  return kind == Kind::table || kind == Kind::foreign_table;
}

bool is_array(std::string_view type) {
  return type.ends_with(k_array);
}

bool is_of_type(std::string_view text, const Object& type) {
  if (is_array(text)) text.remove_suffix(k_array.size());
  const auto name = split_name(text);
  return name.schema == type.schema() && name.name == type.name();
}

std::vector<Object> columns_of_type(const schema::Schema& schema, const Object& type) {
  std::vector<Object> found;
  for (const auto& one : dependents_of(schema, type))
    if (is_table_column(one) && is_of_type(one.text(Property::type), type)) found.push_back(one);
  return found;
}

std::vector<Object> columns_under_type(const schema::Schema& schema, const Object& type) {
  auto found = columns_of_type(schema, type);
  for (const auto& one : dependents_of(schema, type)) {
    if (one.kind() != Kind::domain) continue;
    const auto more = columns_under_type(schema, one);
    found.insert(found.end(), more.begin(), more.end());
  }
  return found;
}

bool is_stored(const schema::Schema& schema, const Object& type) {
  if (!columns_under_type(schema, type).empty()) return true;
  const auto dependents = dependents_of(schema, type);
  return std::any_of(dependents.begin(), dependents.end(), [&](const Object& one) {
    if (one.kind() == Kind::range_type) return is_stored(schema, one);
    return one.kind() == Kind::column && one.parent()->kind() == Kind::composite_type &&
           *one.parent() != type && is_stored(schema, *one.parent());
  });
}

bool is_held_within(const schema::Schema& schema, const Object& domain) {
  for (const auto& column : columns_of_type(schema, domain))
    if (is_array(column.text(Property::type))) return true;
  for (const auto& one : dependents_of(schema, domain)) {
    const bool over_array = one.kind() == Kind::domain && is_array(one.text(Property::base_type));
    if (over_array && is_stored(schema, one)) return true;
    if (one.kind() == Kind::domain && is_held_within(schema, one)) return true;
    if (one.kind() == Kind::range_type && is_stored(schema, one)) return true;
    if (one.kind() == Kind::column && one.parent()->kind() == Kind::composite_type &&
        is_stored(schema, *one.parent()))
      return true;
  }
  return false;
}

std::string count_rows(const std::vector<Object>& columns, std::string_view condition) {
  std::string sum;
  for (const auto& column : columns) {
    // Of a partitioned table the rows are in its partitions, which have the column, too.
    sum += std::string(sum.empty() ? "" : " + ") + "(SELECT pg_catalog.count(*) FROM ONLY " +
           qualified(column) + " WHERE " + with_value(condition, ident(column.part())) + ")";
  }
  return sum.empty() ? std::string() : "SELECT " + sum;
}

} // namespace slipway::diff
