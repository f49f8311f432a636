// Makes files ready to be run on a throwaway database.
#include "slipway/rehearse/script.hpp"

#include "slipway/plan/plan.hpp"

namespace slipway::rehearse {

namespace {

Script script_of(plan::Step step) {
  Script script;
  for (auto& group : step.groups) {
    ScriptGroup made{.wrapped = group.transactional, .statements = {}};
    for (auto& one : group.statements)
      made.statements.push_back({std::move(one.statement), std::move(one.facts)});
    script.groups.push_back(std::move(made));
  }
  script.section = std::move(step.section);
  return script;
}

} // namespace

Result<Script> plain_script(std::string text, const std::string& path) {
  Script script;
  script.section.path = path;
  script.section.text = std::make_shared<const std::string>(std::move(text));
  SLIPWAY_ASSIGN(auto split, sql::split(*script.section.text, path));
  script.section.statements = split.statements;
  std::vector<std::string_view> texts;
  for (const auto& one : split.statements) texts.push_back(script.section.sql(one));
  auto facts = sql::analyse(texts);
  ScriptGroup group;
  for (std::size_t i = 0; i < texts.size(); ++i)
    group.statements.push_back({std::move(split.statements[i]), std::move(facts[i])});
  script.groups.push_back(std::move(group));
  return script;
}

Result<std::vector<Script>> up_scripts(const source::Folder& folder) {
  SLIPWAY_ASSIGN(auto plan, plan::plan_up(folder, {}, {}, plan::LateMerges::allow));
  std::vector<Script> scripts;
  for (auto& step : plan.steps) scripts.push_back(script_of(std::move(step)));
  return scripts;
}

} // namespace slipway::rehearse
