// What of an undoing is said in so many words.
#include "slipway/rollback/dropped.hpp"

#include "slipway/sql/row_effects.hpp"

#include <algorithm>

namespace slipway::rollback {

namespace {

bool is_about(const std::string& object, const replay::ToDrop& drop) {
  const auto kind = drop.column.empty() ? schema::Kind::table : schema::Kind::column;
  const auto path =
      schema::Identity{
          .kind = kind, .schema = drop.table.schema, .name = drop.table.name, .part = drop.column}
          .path();
  if (!drop.table.schema.empty()) return object == path;
  const auto word = std::string(schema::kind_name(kind)) + " ";
  return object.starts_with(word) && object.ends_with("." + path.substr(word.size()));
}

} // namespace

std::set<replay::ToDrop> drops_of(const plan::Step& step, const plan::Group& group) {
  std::vector<std::string_view> texts;
  for (const auto& one : group.statements) texts.push_back(step.section.sql(one.statement));
  std::set<replay::ToDrop> drops;
  for (const auto& effects : sql::row_effects(texts))
    for (const auto& effect : effects)
      if (effect.kind == sql::RowEffectKind::drops_table ||
          effect.kind == sql::RowEffectKind::drops_column)
        drops.insert({effect.table, effect.column});
  return drops;
}

std::set<std::string> kept_aside(const plan::Plan& plan,
                                 const std::vector<diff::Finding>& given_up) {
  std::set<std::string> kept;
  for (const auto& step : plan.steps)
    for (const auto& group : step.groups) {
      if (!group.transactional) continue;
      for (const auto& drop : drops_of(step, group))
        for (const auto& finding : given_up)
          if (is_about(finding.object, drop)) kept.insert(finding.object);
    }
  return kept;
}

} // namespace slipway::rollback
