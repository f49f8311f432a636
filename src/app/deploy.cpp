// The whole sequence, and the way back when a part of it fails.
#include "slipway/app/deploy.hpp"

#include "deploy_hooks.hpp"
#include "runner.hpp"

#include "slipway/app/backup.hpp"
#include "slipway/app/target.hpp"
#include "slipway/history/run_details.hpp"

#include <fmt/format.h>

namespace slipway::app {

namespace {

// 0 when none ever was.
Result<std::int64_t> newest_up(const Context& context) {
  const auto wait = look_wait(context);
  SLIPWAY_ASSIGN(auto session, open_session(context, "deploy", wait));
  const auto store = history_store(context);
  SLIPWAY_ASSIGN(const int layout, store.layout(session, wait));
  if (layout == 0) return 0;
  SLIPWAY_ASSIGN(const auto run, history::read_run(session, store.schema(), 0, wait));
  return run ? run->row.id : 0;
}

class Deploy {
public:
  Deploy(const Context& context, Full full) : context_(context), full_(full) {}

  Result<DeployReport> go() {
    SLIPWAY_ASSIGN(const auto plan, plan_of_up(context_, {}));
    SLIPWAY_ASSIGN(before_, newest_up(context_));
    if (!plan.steps.empty()) SLIPWAY_TRY(back_up(plan));
    auto done = forward();
    if (done) return std::move(report_);
    return fail(back(std::move(done).error()));
  }

private:
  Status back_up(const plan::Plan& plan) {
    if (!context_.config.boolean("deploy.backup")) return {};
    say("backup before the deploy");
    SLIPWAY_ASSIGN(const auto made,
                   create_backup(context_, {.label = "pre-deploy",
                                            .tables = {},
                                            .before = full_ == Full::yes ? nullptr : &plan}));
    report_.backup = made.name;
    return {};
  }

  Status forward() {
    SLIPWAY_ASSIGN(report_.run, up(context_, {}));
    SLIPWAY_TRY(run_hook(context_, "deploy.application", variables("up"), run_wait(context_)));
    SLIPWAY_ASSIGN(report_.health_checks,
                   await_health(context_, variables("up"), run_wait(context_)));
    return {};
  }

  // Of a run that left nothing there is nothing to take back; of one that is not ours nothing may
  // be.
  Error back(Error error) {
    const auto newest = newest_up(context_);
    const bool is_ours = newest && *newest > before_;
    if (!newest) return unclear(std::move(error), newest.error());
    auto outcome = is_ours ? roll_back_run(*newest) : Status();
    const bool changed = is_ours && undone_;
    auto told = outcome ? (changed ? rolled_back(std::move(error)) : std::move(error))
                        : unclear(std::move(error), outcome.error());
    const std::map<std::string, std::string> after =
        variables(outcome ? (changed ? "rolled_back" : "failed") : "part_way");
    // The previous version is wanted again as soon as the new one may have come; a rollback that
    // was made has seen to it.
    if (outcome && !changed) follow("deploy.previous_application", after, told);
    follow("deploy.alert", after, told);
    return told;
  }

  Status roll_back_run(std::int64_t run) {
    SLIPWAY_ASSIGN(const auto outlook, look_at_rollback(context_, {.run = run}));
    say(fmt::format("rollback of run {}: {}, {}", run, rollback::path_name(outlook.decision.path),
                    outlook.decision.why));
    SLIPWAY_TRY(roll_back(context_, outlook));
    undone_ = outlook.decision.path != rollback::Path::none;
    return {};
  }

  static Error rolled_back(Error error) {
    error.code = ErrorCode::rolled_back;
    return std::move(error).with_state("the database is as it was before the deploy");
  }

  static Error unclear(Error error, const Error& why) {
    error.code = ErrorCode::part_way;
    error.notes.push_back("the rollback did not succeed: " + why.message);
    return std::move(error)
        .with_state(why.database_state.empty() ? "what the run changed may still be there"
                                               : why.database_state)
        .with_next("slipway rollback --dry-run");
  }

  void follow(const std::string& hook, const std::map<std::string, std::string>& environment,
              Error& told) {
    // A hook that fails must not hide what happened before it.
    if (const auto ran = run_hook(context_, hook, environment, run_wait(context_)); !ran)
      told.notes.push_back(ran.error().message);
  }

  std::map<std::string, std::string> variables(const std::string& outcome) const {
    return {{"SLIPWAY_DEPLOY_OUTCOME", outcome},
            {"SLIPWAY_DEPLOY_RUN", std::to_string(report_.run.run)},
            {"SLIPWAY_DEPLOY_BACKUP", report_.backup.value_or("")}};
  }

  void say(std::string message) {
    context_.events.on_event(event::Note{.message = std::move(message)});
  }

  const Context& context_;
  const Full full_;
  DeployReport report_;
  std::int64_t before_ = 0;
  bool undone_ = false;
};

} // namespace

Result<DeployReport> deploy(const Context& context, Full full) {
  return Deploy(context, full).go();
}

} // namespace slipway::app
