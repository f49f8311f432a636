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

// A name of a constraint says nothing of its kind, and its statements come apart.
std::set<std::string> foreign_keys_of(const diff::Plan& plan) {
  std::set<std::string> paths;
  for (const auto& one : plan.statements)
    if (one.object.starts_with("constraint ") && one.sql.find("FOREIGN KEY") != std::string::npos)
      paths.insert(one.object);
  return paths;
}

bool is_key(const std::string& path) {
  return path.starts_with("index ") || path.starts_with("constraint ") ||
         path.starts_with("statistics ");
}

/// What each statement is for, by the path of its object.
class Objects {
public:
  Objects(const schema::Schema& schema, const diff::Plan& plan)
      : foreign_keys_(foreign_keys_of(plan)) {
    for (const auto& object : schema.objects()) {
      know(object);
      for (const auto& part : object.parts()) know(part);
    }
  }
  backup::ScriptObject of(const std::string& path) const {
    const auto at = known_.find(path);
    auto object = at == known_.end() ? backup::ScriptObject() : at->second;
    object.acts = !is_key(path) || foreign_keys_.contains(path);
    return object;
  }

private:
  void know(const schema::Object& object) {
    const bool is_schema = object.kind() == schema::Kind::schema;
    known_[object.path()] = {.schema = std::string(is_schema ? object.name() : object.schema()),
                             .kind = std::string(schema::kind_name(object.kind()))};
  }

  std::map<std::string, backup::ScriptObject> known_;
  std::set<std::string> foreign_keys_;
};

} // namespace

Result<backup::SchemaScript> schema_around_rows(const schema::Schema& schema) {
  diff::Options options;
  options.online = false;
  const auto plan = diff::make_plan(new_database_like(schema), schema, options);
  backup::SchemaScript script;
  for (const auto& refusal : plan.refusals)
    script.not_written.push_back(refusal.object + ": " + refusal.message);
  const Objects objects(schema, plan);
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
      script.before_objects.push_back(objects.of(statement.object));
      continue;
    }
    late.insert(statement.object);
    if (statement.kind == "create table")
      script.not_written.push_back(statement.object + ": it needs what is made after the rows");
    script.after_rows.push_back(statement.sql);
    script.after_objects.push_back(objects.of(statement.object));
  }
  return script;
}

} // namespace slipway::app
