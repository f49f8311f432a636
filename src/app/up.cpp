#include "slipway/app/migrations.hpp"
#include "slipway/app/schema.hpp"

#include "forgotten_captures.hpp"
#include "preflight.hpp"
#include "runner.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::app {

namespace {

plan::LateMerges late_merges(const Context& context) {
  return context.config.boolean("apply.allow_out_of_order") ? plan::LateMerges::allow
                                                            : plan::LateMerges::refuse;
}

// The run is done and recorded, whatever becomes of the files.
void write_files_after_up(const Context& context) {
  if (!context.config.boolean("snapshot.after_up")) return;
  const auto files = write_snapshot(context);
  if (!files)
    return context.events.on_event(
        event::Warning{.message = "the snapshot could not be written: " + files.error().message,
                       .hint = "slipway snapshot"});
  for (const auto& one : files->not_written)
    context.events.on_event(
        event::Warning{.message = "not in " + files->sql_path + ": " + one, .hint = {}});
  context.events.on_event(
      event::Note{.message = fmt::format("wrote {} and {}", files->sql_path, files->json_path)});
}

bool is_anything_under_way(const plan::History& history) {
  return std::any_of(
      history.applied.begin(), history.applied.end(),
      [](const plan::AppliedMigration& one) { return one.state != plan::AppliedState::applied; });
}

} // namespace

Result<RunReport> up(const Context& context, const plan::Selection& selection) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(const auto folder, read_migrations(context));
  SLIPWAY_ASSIGN(auto session, open_session(context, "up", wait));
  {
    // Looked at without the lock first: pods that start on an up-to-date target must not queue
    // behind each other.
    SLIPWAY_ASSIGN(const auto before, history_store(context).read(session, look_wait(context)));
    auto plan = plan::plan_up(folder, before, selection, late_merges(context));
    // What is under way may be another runner's: whether it stays half done shows when that one has
    // finished, so the plan is made again under the lock.
    if (!plan && !is_anything_under_way(before)) return fail(std::move(plan).error());
    if (plan && plan->steps.empty()) {
      context.events.on_event(event::RunFinished{
          .run = 0, .kind = "up", .outcome = "nothing_to_do", .migrations = 0, .duration_ms = 0});
      return RunReport{};
    }
    if (plan) SLIPWAY_TRY(check_before_run(context, session, *plan, wait));
  }
  SLIPWAY_ASSIGN(auto runner, Runner::begin(context, "up", std::move(session), wait));
  drop_forgotten_before_run(context, runner->session(), wait);
  RunReport report;
  auto outcome = [&]() -> Status {
    SLIPWAY_ASSIGN(const auto history, runner->history(wait));
    SLIPWAY_ASSIGN(const auto plan,
                   plan::plan_up(folder, history, selection, late_merges(context)));
    return runner->run(plan, report, wait);
  }();
  auto finished = runner->finish(std::move(report), std::move(outcome));
  if (finished && !finished->nothing_to_do()) write_files_after_up(context);
  return finished;
}

Result<plan::Plan> plan_of_up(const Context& context, const plan::Selection& selection) {
  const auto wait = look_wait(context);
  SLIPWAY_ASSIGN(const auto folder, read_migrations(context));
  SLIPWAY_ASSIGN(auto session, open_session(context, "plan", wait));
  SLIPWAY_ASSIGN(const auto history, history_store(context).read(session, wait));
  SLIPWAY_ASSIGN(auto plan, plan::plan_up(folder, history, selection, late_merges(context)));
  for (const auto& step : plan.steps) {
    for (const auto& warning : source::review(step.migration))
      context.events.on_event(
          event::Warning{.message = fmt::format("{}:{}: {}", warning.place.file, warning.place.line,
                                                warning.message),
                         .hint = warning.hint});
  }
  return plan;
}

} // namespace slipway::app
