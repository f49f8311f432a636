// Views and rewrite rules.
#include "materialized_views.hpp"
#include "naming.hpp"
#include "options_change.hpp"
#include "rules.hpp"
#include "view_columns.hpp"

#include <algorithm>
#include <charconv>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

std::string definition_of(const Object& view) {
  const auto options = options_list(view.list(Property::options));
  return " VIEW " + qualified(view) + (options.empty() ? "" : " WITH (" + options + ")") + " AS\n" +
         std::string(view.text(Property::query));
}

void create_view(const Scene& scene, const Object& view, Draft& draft) {
  draft.add("create view", "CREATE" + definition_of(view));
  for (const auto& column : view.parts(Kind::column)) create_view_column(scene, column, draft);
}

int ordinal_of(const Object& column) {
  int number = 0;
  const auto text = column.text(Property::ordinal);
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::vector<Object> columns_in_order(const Object& view) {
  auto columns = view.parts(Kind::column);
  std::sort(columns.begin(), columns.end(),
            [](const Object& a, const Object& b) { return ordinal_of(a) < ordinal_of(b); });
  return columns;
}

// The server lets columns be added at the end, nothing else.
// https://www.postgresql.org/docs/current/sql-createview.html
bool only_appends_columns(const Object& from, const Object& to) {
  const auto before = columns_in_order(from);
  const auto after = columns_in_order(to);
  return before.size() <= after.size() &&
         std::equal(
             before.begin(), before.end(), after.begin(), [](const Object& a, const Object& b) {
               return a.part() == b.part() && a.get(Property::type) == b.get(Property::type) &&
                      a.get(Property::collation) == b.get(Property::collation);
             });
}

Altered alter_view(const Scene&, const Alteration& alteration, Draft& draft) {
  if (alteration.has(Property::query)) {
    if (!only_appends_columns(alteration.from, alteration.to)) return Altered::rebuild;
    // Options that it does not name are taken off, so that it says them all.
    draft.add("replace view", "CREATE OR REPLACE" + definition_of(alteration.to));
  } else if (alteration.has(Property::options)) {
    change_options("ALTER VIEW " + qualified(alteration.to),
                   alteration.from.list(Property::options), alteration.to.list(Property::options),
                   draft);
  }
  return Altered::done;
}

void change_state(const Object& rule, Draft& draft) {
  const auto state = rule.text(Property::enabled);
  const std::string_view word = state == "disabled"  ? "DISABLE"
                                : state == "replica" ? "ENABLE REPLICA"
                                : state == "always"  ? "ENABLE ALWAYS"
                                                     : "ENABLE";
  draft.add(state == "disabled" ? "disable rule" : "enable rule",
            "ALTER TABLE " + qualified(rule) + " " + std::string(word) + " RULE " +
                ident(rule.part()));
}

void create_rule(const Scene&, const Object& rule, Draft& draft) {
  draft.add("create rule", std::string(rule.text(Property::definition)));
  if (rule.has(Property::enabled)) change_state(rule, draft);
}

Altered alter_rule(const Scene&, const Alteration& alteration, Draft& draft) {
  constexpr std::string_view k_create = "CREATE RULE";
  const auto definition = alteration.to.text(Property::definition);
  if (alteration.has(Property::definition)) {
    if (!definition.starts_with(k_create)) return Altered::rebuild;
    draft.add("replace rule",
              "CREATE OR REPLACE RULE" + std::string(definition.substr(k_create.size())));
  }
  if (alteration.has(Property::enabled)) change_state(alteration.to, draft);
  return Altered::done;
}

} // namespace

std::vector<Rule> view_rules() {
  return {
      {Kind::view, create_view, plain_drop, alter_view},
      {Kind::materialized_view, create_materialized_view, plain_drop, alter_materialized_view},
      {Kind::rule, create_rule, plain_drop, alter_rule},
  };
}

} // namespace slipway::diff
