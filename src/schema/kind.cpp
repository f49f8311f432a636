#include "slipway/schema/kind.hpp"

#include <algorithm>
#include <array>

namespace slipway::schema {

namespace {

struct Named {
  Kind kind;
  std::string_view name;
  bool in_schema;
};

constexpr auto k_kinds = std::to_array<Named>({
    {Kind::extension, "extension", false},
    {Kind::schema, "schema", false},
    {Kind::language, "language", false},
    {Kind::access_method, "access method", false},
    {Kind::foreign_data_wrapper, "foreign data wrapper", false},
    {Kind::server, "server", false},
    {Kind::user_mapping, "user mapping", false},
    {Kind::collation, "collation", true},
    {Kind::conversion, "conversion", true},
    {Kind::enum_type, "enum", true},
    {Kind::domain, "domain", true},
    {Kind::composite_type, "composite type", true},
    {Kind::range_type, "range type", true},
    {Kind::base_type, "base type", true},
    {Kind::sequence, "sequence", true},
    {Kind::function, "function", true},
    {Kind::procedure, "procedure", true},
    {Kind::aggregate, "aggregate", true},
    {Kind::operator_, "operator", true},
    {Kind::operator_family, "operator family", true},
    {Kind::operator_class, "operator class", true},
    {Kind::cast, "cast", false},
    {Kind::transform, "transform", false},
    {Kind::text_search_parser, "text search parser", true},
    {Kind::text_search_template, "text search template", true},
    {Kind::text_search_dictionary, "text search dictionary", true},
    {Kind::text_search_configuration, "text search configuration", true},
    {Kind::table, "table", true},
    {Kind::foreign_table, "foreign table", true},
    {Kind::view, "view", true},
    {Kind::materialized_view, "materialized view", true},
    {Kind::statistics, "statistics", true},
    {Kind::event_trigger, "event trigger", false},
    {Kind::publication, "publication", false},
    {Kind::subscription, "subscription", false},
    {Kind::default_privileges, "default privileges", false},
    {Kind::member_grants, "grants on", false},
    {Kind::column, "column", true},
    {Kind::domain_constraint, "domain constraint", true},
    {Kind::constraint, "constraint", true},
    {Kind::index, "index", true},
    {Kind::rule, "rule", true},
    {Kind::trigger, "trigger", true},
    {Kind::policy, "policy", true},
});

} // namespace

const std::vector<Kind>& all_kinds() {
  static const std::vector<Kind> kinds = [] {
    std::vector<Kind> all;
    for (const auto& one : k_kinds) all.push_back(one.kind);
    return all;
  }();
  return kinds;
}

std::string_view kind_name(Kind kind) {
  return k_kinds[static_cast<std::size_t>(kind)].name;
}

std::optional<Kind> kind_named(std::string_view name) {
  const auto* found = std::find_if(k_kinds.begin(), k_kinds.end(),
                                   [&](const Named& one) { return one.name == name; });
  if (found == k_kinds.end()) return std::nullopt;
  return found->kind;
}

bool is_part(Kind kind) {
  return kind >= Kind::column;
}

bool is_relation(Kind kind) {
  return kind == Kind::table || kind == Kind::foreign_table || kind == Kind::view ||
         kind == Kind::materialized_view;
}

bool is_in_schema(Kind kind) {
  return k_kinds[static_cast<std::size_t>(kind)].in_schema;
}

} // namespace slipway::schema
