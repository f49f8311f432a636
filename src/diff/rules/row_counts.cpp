// Queries that tell beforehand what rows stand in the way of a rule.
#include "row_counts.hpp"

#include "naming.hpp"

namespace slipway::diff {

namespace {

using schema::Object;
using schema::Property;

std::string joined(const std::vector<std::string>& texts, std::string_view between) {
  std::string all;
  for (const auto& text : texts) all += (all.empty() ? "" : std::string(between)) + text;
  return all;
}

std::string all_given(const std::vector<std::string>& columns, const std::string& prefix) {
  std::vector<std::string> given;
  for (const auto& column : columns) given.push_back(prefix + column + " IS NOT NULL");
  return joined(given, " AND ");
}

std::string duplicates(const Object& object, const std::vector<std::string>& keys,
                       std::string where) {
  if (object.has(Property::predicate))
    where = "(" + std::string(object.text(Property::predicate)) + ")" +
            (where.empty() ? "" : " AND " + where);
  return "SELECT count(*) FROM (SELECT 1 FROM " + qualified(object) +
         (where.empty() ? "" : " WHERE " + where) + " GROUP BY " + joined(keys, ", ") +
         " HAVING count(*) > 1) AS duplicate";
}

std::vector<std::string> quoted(const std::vector<std::string>& names) {
  std::vector<std::string> all;
  for (const auto& name : names) all.push_back(ident(name));
  return all;
}

std::string orphans(const Object& constraint) {
  const auto columns = quoted(constraint.list(Property::columns));
  const auto referenced = quoted(constraint.list(Property::referenced_columns));
  std::vector<std::string> equal;
  for (std::size_t at = 0; at < columns.size() && at < referenced.size(); ++at)
    equal.push_back("referenced." + referenced[at] + " = referring." + columns[at]);
  return "SELECT count(*) FROM " + qualified(constraint) + " AS referring WHERE " +
         all_given(columns, "referring.") + " AND NOT EXISTS (SELECT 1 FROM " +
         std::string(constraint.text(Property::referenced_table)) + " AS referenced WHERE " +
         joined(equal, " AND ") + ")";
}

} // namespace

std::string count_of_refused(const Object& constraint) {
  const auto type = constraint.text(Property::constraint_type);
  if (constraint.has(Property::without_overlaps)) return {};
  if (type == "check")
    return "SELECT count(*) FROM " + qualified(constraint) + " WHERE NOT (" +
           std::string(constraint.text(Property::expression)) + ")";
  if (type == "foreign key") return orphans(constraint);
  if (type == "exclude") return {};
  const auto columns = quoted(constraint.list(Property::columns));
  return duplicates(constraint, columns,
                    type == "primary key" || constraint.has(Property::nulls_not_distinct)
                        ? std::string()
                        : all_given(columns, ""));
}

std::string count_of_duplicates(const Object& index) {
  std::vector<std::string> keys;
  for (const auto& column : index.list(Property::columns)) {
    // A key with an operator class or an order is no expression; there is no saying what remains
    // without them.
    const bool expression = column.starts_with('(') || column.find('(') != std::string::npos;
    const auto end = column.find(' ');
    keys.push_back(expression || column.starts_with('"') ? column : column.substr(0, end));
  }
  return duplicates(index, keys,
                    index.has(Property::nulls_not_distinct) ? std::string() : all_given(keys, ""));
}

} // namespace slipway::diff
