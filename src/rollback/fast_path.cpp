// Undoing in place.
#include "slipway/rollback/decision.hpp"
#include "slipway/source/stored.hpp"

#include <fmt/format.h>

namespace slipway::rollback {

namespace {

source::Migration as_migration(const plan::AppliedMigration& one) {
  source::Migration migration{.version = one.version, .name = one.name, .path = {}};
  migration.checksums = one.checksums;
  return migration;
}

Result<plan::Step> step_of(const plan::AppliedMigration& one, const std::string& text) {
  SLIPWAY_ASSIGN(auto stored, source::read_stored(text, fmt::format("the way back of {} {}",
                                                                    one.version.str(), one.name)));
  auto migration = as_migration(one);
  migration.transaction = stored.transaction;
  return plan::make_step(Direction::down, std::move(migration), std::move(stored.section));
}

// The newest migration carries all statements; what is older goes with it, and only its record is
// left to remove.
Result<plan::Plan> by_comparison(const Assessment& assessment) {
  const auto back = diff::make_plan(assessment.now, *assessment.before, {});
  std::string text;
  for (const auto& one : back.statements) text += one.sql + ";\n";
  plan::Plan plan;
  for (const auto& migration : assessment.migrations) {
    SLIPWAY_ASSIGN(auto step, step_of(migration, plan.steps.empty() ? text : std::string()));
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

} // namespace

Result<plan::Plan> undoing(const Assessment& assessment, const Decision& decision) {
  if (decision.by_comparison) return by_comparison(assessment);
  plan::Plan plan;
  for (const auto& migration : assessment.migrations) {
    SLIPWAY_ASSIGN(auto step, step_of(migration, migration.down_text.value_or(std::string())));
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

Result<plan::Plan> fast_path(const plan::History& history, const Assessment& assessment,
                             const Decision& decision) {
  if (decision.by_comparison) return by_comparison(assessment);
  return plan::plan_down(
      history,
      {.to = std::nullopt, .steps = static_cast<std::int64_t>(assessment.migrations.size())});
}

} // namespace slipway::rollback
