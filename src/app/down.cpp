#include "slipway/app/migrations.hpp"

#include "runner.hpp"

namespace slipway::app {

namespace {

Result<plan::Plan> plan_with_texts(pg::Session& session, const history::Store& store,
                                   plan::History history, const plan::Selection& selection,
                                   const Wait& wait) {
  SLIPWAY_ASSIGN(const auto versions, plan::undo_candidates(history, selection));
  SLIPWAY_TRY(store.read_texts(session, history, versions, wait));
  return plan::plan_down(history, selection);
}

Status undo(Runner& runner, const plan::Selection& selection, RunReport& report, const Wait& wait) {
  SLIPWAY_ASSIGN(auto history, runner.history(wait));
  SLIPWAY_ASSIGN(const auto plan, plan_with_texts(runner.session(), runner.store(),
                                                  std::move(history), selection, wait));
  return runner.run(plan, report, wait);
}

Status apply_up(Runner& runner, const source::Folder& folder, const plan::Selection& selection,
                RunReport& report, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto history, runner.history(wait));
  SLIPWAY_ASSIGN(const auto plan,
                 plan::plan_up(folder, history, selection, plan::LateMerges::allow));
  return runner.run(plan, report, wait);
}

} // namespace

Result<RunReport> down(const Context& context, const plan::Selection& selection) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(auto runner, Runner::begin(context, "down", wait));
  RunReport report;
  auto outcome = undo(*runner, selection, report, wait);
  return runner->finish(std::move(report), std::move(outcome));
}

Result<plan::Plan> plan_of_down(const Context& context, const plan::Selection& selection) {
  const auto wait = look_wait(context);
  SLIPWAY_ASSIGN(auto session, open_session(context, "plan", wait));
  const auto store = history_store(context);
  SLIPWAY_ASSIGN(auto history, store.read(session, wait));
  return plan_with_texts(session, store, std::move(history), selection, wait);
}

Result<RunReport> redo(const Context& context, std::int64_t steps) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(const auto folder, read_migrations(context));
  SLIPWAY_ASSIGN(auto runner, Runner::begin(context, "redo", wait));
  RunReport report;
  auto outcome = [&]() -> Status {
    SLIPWAY_ASSIGN(const auto history, runner->history(wait));
    SLIPWAY_ASSIGN(auto versions,
                   plan::undo_candidates(history, {.to = std::nullopt, .steps = steps}));
    SLIPWAY_TRY(plan::check_files(folder, versions));
    SLIPWAY_TRY(undo(*runner, {.to = std::nullopt, .steps = steps}, report, wait));
    // Oldest first, and just those: what is pending beside them stays pending.
    SLIPWAY_ASSIGN(const auto now, runner->history(wait));
    SLIPWAY_ASSIGN(const auto plan,
                   plan::plan_again(folder, now, {versions.rbegin(), versions.rend()}));
    return runner->run(plan, report, wait);
  }();
  return runner->finish(std::move(report), std::move(outcome));
}

Result<RunReport> goto_version(const Context& context, Version to) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(const auto folder, read_migrations(context));
  SLIPWAY_ASSIGN(auto runner, Runner::begin(context, "goto", wait));
  RunReport report;
  auto outcome = [&]() -> Status {
    SLIPWAY_ASSIGN(const auto history, runner->history(wait));
    SLIPWAY_ASSIGN(const auto way, plan::plan_goto(folder, history, to));
    if (!way.undo.empty())
      SLIPWAY_TRY(undo(*runner,
                       {.to = std::nullopt, .steps = static_cast<std::int64_t>(way.undo.size())},
                       report, wait));
    return apply_up(*runner, folder, way.redo, report, wait);
  }();
  return runner->finish(std::move(report), std::move(outcome));
}

} // namespace slipway::app
