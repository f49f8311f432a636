#include "built_in_casts.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace slipway::diff {

namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr auto k_numbers = std::to_array<std::string_view>(
    {"smallint", "integer", "bigint", "numeric", "real", "double precision"});
constexpr auto k_texts =
    std::to_array<std::string_view>({"text", "character varying", "character", "name", "\"char\""});

// Casts of pg_cast that are implicit or for assignments, but those among numbers and texts.
constexpr auto k_assignments = std::to_array<Pair>({
    {"date", "timestamp without time zone"},
    {"date", "timestamp with time zone"},
    {"timestamp without time zone", "date"},
    {"timestamp without time zone", "time without time zone"},
    {"timestamp with time zone", "date"},
    {"timestamp with time zone", "time without time zone"},
    {"timestamp with time zone", "time with time zone"},
    {"time without time zone", "time with time zone"},
    {"time without time zone", "interval"},
    {"time with time zone", "time without time zone"},
    {"interval", "time without time zone"},
    {"cidr", "inet"},
    {"inet", "cidr"},
    {"bit", "bit varying"},
    {"bit varying", "bit"},
    {"json", "jsonb"},
    {"jsonb", "json"},
    {"money", "numeric"},
    {"numeric", "money"},
    {"integer", "money"},
    {"bigint", "money"},
    {"macaddr", "macaddr8"},
    {"macaddr8", "macaddr"},
    {"smallint", "oid"},
    {"integer", "oid"},
    {"bigint", "oid"},
    {"oid", "integer"},
    {"oid", "bigint"},
    {"regclass", "oid"},
    {"oid", "regclass"},
    {"point", "box"},
    {"lseg", "point"},
    {"box", "polygon"},
    {"path", "polygon"},
    {"polygon", "path"},
});

constexpr auto k_explicit = std::to_array<Pair>({
    {"boolean", "integer"}, {"integer", "boolean"},  {"jsonb", "boolean"},
    {"jsonb", "numeric"},   {"jsonb", "smallint"},   {"jsonb", "integer"},
    {"jsonb", "bigint"},    {"jsonb", "real"},       {"jsonb", "double precision"},
    {"integer", "bit"},     {"bigint", "bit"},       {"bit", "integer"},
    {"bit", "bigint"},      {"integer", "\"char\""}, {"\"char\"", "integer"},
    {"box", "circle"},      {"circle", "box"},       {"polygon", "box"},
    {"polygon", "circle"},  {"circle", "polygon"},
});

constexpr auto k_same_storage = std::to_array<Pair>({
    {"character varying", "text"},
    {"text", "character varying"},
    {"cidr", "inet"},
    {"xml", "text"},
    {"xml", "character varying"},
    {"integer", "oid"},
    {"oid", "integer"},
    {"regclass", "oid"},
    {"oid", "regclass"},
    {"bit", "bit varying"},
    {"bit varying", "bit"},
});

template<class List, class Value>
bool contains(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

} // namespace

bool is_number(std::string_view type) {
  return contains(k_numbers, type);
}

int integer_digits(std::string_view type) {
  if (type == "smallint") return 5;
  if (type == "integer") return 10;
  if (type == "bigint") return 19;
  return 0;
}

IntegerLimits integer_limits(std::string_view type) {
  if (type == "smallint") return {"-32768", "32767"};
  if (type == "integer") return {"-2147483648", "2147483647"};
  return {"-9223372036854775808", "9223372036854775807"};
}

bool converts_in_assignment(std::string_view from, std::string_view to) {
  if (from == to) return true;
  if (is_number(from) && is_number(to)) return true;
  // Everything has a text.
  if (contains(k_texts, to) && to != "\"char\"") return true;
  return contains(k_assignments, Pair{from, to}) ||
         (contains(k_texts, from) && contains(k_texts, to));
}

bool has_explicit_cast(std::string_view from, std::string_view to) {
  return contains(k_explicit, Pair{from, to});
}

bool is_same_storage(std::string_view from, std::string_view to) {
  return contains(k_same_storage, Pair{from, to});
}

} // namespace slipway::diff
