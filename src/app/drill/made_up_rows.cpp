// A row out of a number. It need not look real: it has to be taken by the table.
#include "tables.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

namespace slipway::app::drill {

namespace {

constexpr std::string_view k_n = "$1::bigint";
/// Bytes that a varchar's modifier has in front.
constexpr std::int64_t k_header = 4;
constexpr std::int64_t k_short_text = 32;

std::string text_value(const Column& column, bool small) {
  const auto length = column.modifier > k_header ? column.modifier - k_header : 0;
  if (small) return length == 0 ? "'drill'" : fmt::format("pg_catalog.left('drill', {})", length);
  if (length > 0 && length < k_short_text)
    return fmt::format("pg_catalog.right(pg_catalog.md5(({})::text), {})", k_n, length);
  return fmt::format("'drill' || ({})::text || '@example.com'", k_n);
}

std::string numeric_value(const Column& column, bool small) {
  std::int64_t digits = 9;
  if (column.modifier >= k_header) {
    const auto packed = column.modifier - k_header;
    digits = std::clamp<std::int64_t>((packed >> 16) - (packed & 0x7ff), 0, 9);
  }
  if (digits == 0) return "0";
  if (small) return fmt::format("1 + {} % 9", k_n);
  std::int64_t limit = 1;
  for (; digits > 0; --digits) limit *= 10;
  return fmt::format("{} % {}", k_n, limit);
}

// By the name of the type; {0} is the number.
std::optional<std::string> value_of_base(const Column& column, bool small) {
  static const std::map<std::string, std::string, std::less<>> k_spread{
      {"int2", "{0} % 30000"},
      {"int4", "{0} % 2000000000"},
      {"int8", "{0}"},
      {"oid", "{0} % 2000000000"},
      {"float4", "{0} % 1000"},
      {"float8", "{0} % 1000"},
      {"money", "{0} % 1000"},
      {"bool", "{0} % 2 = 0"},
      {"uuid", "pg_catalog.md5(({0})::text)"},
      {"json", "pg_catalog.json_build_object('drill', {0})"},
      {"jsonb", "pg_catalog.jsonb_build_object('drill', {0})"},
      {"bytea", "pg_catalog.convert_to(({0})::text, 'UTF8')"},
      {"inet", "'10.0.0.0'::inet + {0} % 60000"},
      {"cidr", "'10.0.0.0/8'"},
      {"time", "'12:00'"},
      {"timetz", "'12:00+00'"},
      {"interval", "pg_catalog.make_interval(secs => {0} % 100000)"},
      {"xml", "'<drill/>'"},
      {"tsvector", "'drill'"}};
  if (column.base == "numeric") return numeric_value(column, small);
  if (column.base == "text" || column.base == "varchar" || column.base == "bpchar" ||
      column.base == "citext" || column.base == "name")
    return text_value(column, small);
  if (column.base == "date" || column.base == "timestamp" || column.base == "timestamptz")
    // Later columns are later: an end comes after its beginning.
    return fmt::format("pg_catalog.now() + pg_catalog.make_interval(days => {}, secs => {} % 1000)",
                       column.number, k_n);
  const auto found = k_spread.find(column.base);
  if (found == k_spread.end()) return std::nullopt;
  if (small && column.base.starts_with("int")) return fmt::format("1 + {} % 9", k_n);
  return fmt::format(fmt::runtime(found->second), k_n);
}

std::string referenced_value(const Reference& reference) {
  const auto from = fmt::format("SELECT r.{} FROM {} AS r", quote_identifier(reference.column),
                                reference.table.quoted());
  return fmt::format("COALESCE(({0} OFFSET {1} % 40 LIMIT 1), ({0} LIMIT 1))", from, k_n);
}

std::optional<std::string> value(const Column& column, bool small) {
  if (column.reference) return referenced_value(*column.reference);
  if (!column.literals.empty()) {
    std::vector<std::string> texts;
    for (const auto& one : column.literals) texts.push_back(quote_literal(one));
    return fmt::format("((ARRAY[{}])[1 + ({} % {})::int])::text", fmt::join(texts, ", "), k_n,
                       texts.size());
  }
  if (column.kind == "A") return "'{}'";
  if (column.kind == "e")
    return fmt::format("(pg_catalog.enum_range(NULL::{0}))[1 + ({1} % "
                       "pg_catalog.cardinality(pg_catalog.enum_range(NULL::{0})))::int]",
                       column.type, k_n);
  if (column.kind == "r" || column.kind == "m") return "'empty'";
  return value_of_base(column, small);
}

} // namespace

const std::vector<Recipe>& recipes() {
  static const std::vector<Recipe> all{{.small_values = false, .needed_only = false},
                                       {.small_values = true, .needed_only = false},
                                       {.small_values = false, .needed_only = true},
                                       {.small_values = true, .needed_only = true}};
  return all;
}

std::string key_expression(const Table& table, const OldNames& names) {
  std::string list;
  for (const auto& column : table.columns) {
    if (!column.in_key) continue;
    list += fmt::format("{}{}, {}::text", list.empty() ? "" : ", ",
                        quote_literal(names.column(table, column)), quote_identifier(column.name));
  }
  return "pg_catalog.jsonb_build_object(" + list + ")";
}

std::optional<std::string> insert_text(const Table& table, const Recipe& recipe,
                                       const OldNames& names) {
  std::vector<std::string> columns;
  std::vector<std::string> values;
  for (const auto& column : table.columns) {
    if (column.is_generated || column.has_default || (recipe.needed_only && !column.not_null))
      continue;
    const auto made_up = value(column, recipe.small_values);
    if (!made_up && !column.not_null) continue;
    if (!made_up) return std::nullopt;
    columns.push_back(quote_identifier(column.name));
    values.push_back(fmt::format("({})::{}", *made_up, column.type));
  }
  auto text = "INSERT INTO " + table.name.quoted();
  if (columns.empty())
    // The parameter has to have a type, though nobody asks for it.
    text = fmt::format("WITH n AS (SELECT {}) {} DEFAULT VALUES", k_n, text);
  else
    text += fmt::format(" ({}) SELECT {} FROM (SELECT {}) AS n", fmt::join(columns, ", "),
                        fmt::join(values, ", "), k_n);
  if (table.has_key()) text += " RETURNING " + key_expression(table, names) + "::text";
  return text;
}

} // namespace slipway::app::drill
