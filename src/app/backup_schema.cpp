#include "backup_schema.hpp"

#include "new_database_schema.hpp"

#include "slipway/diff/plan.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace slipway::app {

namespace {

constexpr std::array<std::string_view, 11> k_after_rows{
    "index ", "constraint ",  "trigger ",      "rule ",          "policy ",           "statistics ",
    "view ",  "publication ", "subscription ", "event trigger ", "materialized view "};

bool is_made_after_rows(const std::string& path) {
  return std::any_of(k_after_rows.begin(), k_after_rows.end(),
                     [&](std::string_view kind) { return path.starts_with(kind); });
}

/// Paths of what each object needs; a part's needs count for its whole, too.
std::map<std::string, std::set<std::string>> needs_of(const schema::Schema& schema) {
  std::map<std::string, std::set<std::string>> needs;
  for (const auto& one : schema.dependencies()) {
    const auto object = schema.at(one.object);
    const auto needed = schema.at(one.needs);
    for (const auto& name : {std::optional(needed), needed.parent()})
      if (name) needs[object.path()].insert(name->path());
  }
  return needs;
}

} // namespace

Result<backup::SchemaScript> schema_around_rows(const schema::Schema& schema) {
  diff::Options options;
  options.online = false;
  const auto plan = diff::make_plan(new_database_like(schema), schema, options);
  backup::SchemaScript script;
  for (const auto& refusal : plan.refusals)
    script.not_written.push_back(refusal.object + ": " + refusal.message);
  const auto needs = needs_of(schema);
  std::set<std::string> late;
  for (const auto& statement : plan.statements) {
    // A partition brings its indexes along, or gets those of its parent, and these would be
    // doubled.
    bool after = is_made_after_rows(statement.object) || late.contains(statement.object) ||
                 statement.kind == "attach partition";
    if (const auto found = needs.find(statement.object); !after && found != needs.end())
      after = std::any_of(found->second.begin(), found->second.end(),
                          [&](const std::string& path) { return late.contains(path); });
    if (!after) {
      script.before_rows.push_back(statement.sql);
      continue;
    }
    late.insert(statement.object);
    if (statement.kind == "create table")
      script.not_written.push_back(statement.object + ": it needs what is made after the rows");
    script.after_rows.push_back(statement.sql);
  }
  return script;
}

} // namespace slipway::app
