// The whole sequence, and the way back when a part of it fails.
#include "slipway/app/deploy.hpp"

#include "deploy_bake.hpp"
#include "deploy_capture.hpp"
#include "deploy_guard.hpp"
#include "deploy_hooks.hpp"
#include "run_identity.hpp"
#include "runner.hpp"
#include "warm_copy.hpp"
#include "warm_keeper.hpp"

#include "slipway/app/backup.hpp"
#include "slipway/app/target.hpp"
#include "slipway/history/run_details.hpp"
#include "slipway/replay/capture_keys.hpp"
#include "slipway/replay/capture_slot.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

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
    SLIPWAY_ASSIGN(crash_, crash_plan_of(context_));
    SLIPWAY_ASSIGN(const auto plan, plan_of_up(context_, {}));
    SLIPWAY_ASSIGN(auto guard, DeployGuard::take(context_, run_wait(context_)));
    guard_.emplace(std::move(guard));
    SLIPWAY_ASSIGN(before_, newest_up(context_));
    if (!plan.steps.empty()) SLIPWAY_TRY(save(plan));
    auto done = forward();
    if (done) done = watch();
    if (done) return std::move(report_);
    if (stopped_while_baking_) return fail(std::move(done).error());
    return fail(back(std::move(done).error()));
  }

private:
  // What a rollback needs, in this order: a backup that is taken while the capture is armed holds
  // whatever the capture does not.
  Status save(const plan::Plan& plan) {
    if (!context_.config.boolean("deploy.backup")) {
      report_.capture_why = "there is no backup that a rollback could go over";
      return {};
    }
    SLIPWAY_TRY(arm(plan));
    SLIPWAY_TRY(look_ahead(plan));
    auto backed_up = back_up(plan);
    if (backed_up && is_warm()) backed_up = make_copy();
    if (!backed_up && !report_.capture.empty()) disarm();
    return backed_up;
  }

  Status look_ahead(const plan::Plan& plan) {
    if (!context_.config.boolean("deploy.predict")) return {};
    SLIPWAY_ASSIGN(report_.outlook, look_at_way_back(context_, plan, run_wait(context_)));
    // What a comparison cannot know a slot does; triggers note no values.
    if (!report_.capture.empty() && !replay::is_key_capture(report_.capture))
      std::erase_if(report_.outlook.unreturnable,
                    [](const auto& one) { return one.fate == rollback::Fate::unknown; });
    for (auto& line : told(report_.outlook))
      context_.events.on_event(event::Note{.message = std::move(line)});
    return {};
  }

  Status arm(const plan::Plan& plan) {
    SLIPWAY_ASSIGN(const auto armed,
                   arm_capture(context_, guard_->session(), plan, run_wait(context_)));
    report_.capture = armed.name;
    report_.by_triggers = replay::is_key_capture(armed.name);
    report_.capture_why = armed.why;
    say(armed.name.empty()
            ? fmt::format("capture: none, since {}; a rollback would compare", armed.why)
            : fmt::format("capture: {} {}",
                          replay::is_key_capture(armed.name) ? "triggers" : "slot", armed.name));
    if (!armed.left_out.empty())
      say(fmt::format("compared by a rollback, not captured, for their keys: {}",
                      fmt::join(armed.left_out, ", ")));
    return {};
  }

  Status back_up(const plan::Plan& plan) {
    say("backup before the deploy");
    SLIPWAY_ASSIGN(
        const auto made,
        create_backup(context_, {.label = "pre-deploy",
                                 .tables = {},
                                 .before = full_ == Full::yes || is_warm() ? nullptr : &plan}));
    report_.backup = made.name;
    if (!report_.capture.empty())
      SLIPWAY_TRY(
          records().note_backup(guard_->session(), report_.capture, made.name, run_wait(context_)));
    crash_.reach(os::CrashPoint::deploy_backed_up);
    return {};
  }

  // A copy without rows would have to be filled from the live database, over and over.
  bool is_warm() const {
    return !report_.capture.empty() && context_.config.text("deploy.capture") == "warm";
  }

  // Before the migration, so that whatever fails after it finds the copy there.
  Status make_copy() {
    say("making the copy that is kept in step");
    SLIPWAY_ASSIGN(report_.copy, make_warm_copy(context_, guard_->session(), report_.capture,
                                                report_.backup.value_or(""), run_wait(context_)));
    say(fmt::format("copy: {}", report_.copy));
    crash_.reach(os::CrashPoint::copy_kept);
    return {};
  }

  // A copy that is behind is no reason to stop: a rollback catches up.
  void keep_copy() {
    if (report_.copy.empty()) return;
    auto keeper = WarmKeeper::start(context_, report_.run.run);
    if (keeper && *keeper)
      keeper_ = std::move(*keeper);
    else
      context_.events.on_event(
          event::Warning{.message = fmt::format("{} is not kept in step: {}", report_.copy,
                                                keeper ? "it is gone" : keeper.error().message),
                         .hint = "a rollback carries over what it lacks"});
  }

  Status forward() {
    SLIPWAY_ASSIGN(report_.run, up(context_, {}));
    crash_.reach(os::CrashPoint::deploy_migrated);
    keep_copy();
    SLIPWAY_TRY(run_hook(context_, "deploy.application", variables("up"), run_wait(context_)));
    SLIPWAY_ASSIGN(report_.health_checks,
                   await_health(context_, variables("up"), run_wait(context_)));
    return {};
  }

  Status watch() {
    if (!report_.capture.empty())
      SLIPWAY_TRY(records().note_deployed(guard_->session(), report_.capture, run_wait(context_)));
    const auto length = context_.config.duration("deploy.bake");
    if (length.count() > 0) {
      auto baked =
          bake(context_, guard_->session(), {.capture = report_.capture, .keeper = keeper_.get()},
               variables("up"), length);
      keeper_.reset();
      stopped_while_baking_ = !baked && baked.error().code == ErrorCode::cancelled;
      SLIPWAY_TRY(std::move(baked));
      report_.confirmed = true;
      if (!report_.capture.empty()) disarm();
      return {};
    }
    keeper_.reset();
    return report_.capture.empty() ? Status() : leave_armed();
  }

  // A slot that nobody confirms fills the disk, unless the server bounds what slots may keep. Who
  // asks for a slot by name has been told so.
  Status leave_armed() {
    if (replay::is_key_capture(report_.capture)) {
      context_.events.on_event(event::Warning{
          .message = fmt::format("the triggers of {} note each write until the deploy is confirmed",
                                 report_.capture),
          .hint = "slipway deploy confirm"});
      return {};
    }
    SLIPWAY_ASSIGN(const bool bounded, replay::bounds_slots(guard_->session(), run_wait(context_)));
    if (!bounded && context_.config.text("deploy.capture") == "auto") {
      say("the slot is not kept beyond the deploy: max_slot_wal_keep_size of the server bounds "
          "nothing; deploy.bake keeps it for a while, deploy.capture = slot until it is confirmed");
      report_.capture_why = "max_slot_wal_keep_size bounds nothing";
      disarm();
      return {};
    }
    context_.events.on_event(event::Warning{
        .message = fmt::format("{} keeps the write-ahead log until the deploy is confirmed",
                               report_.capture),
        .hint =
            "slipway deploy confirm; until then slipway deploy spool lets the server forget it"});
    return {};
  }

  // A slot that is still there is told by `doctor`, and dropped by the next deploy.
  void disarm() {
    const auto wait = run_wait(context_);
    auto session = open_session(context_, "deploy", wait);
    const auto dropped = session ? drop_captures(context_, *session, wait)
                                 : Result<std::vector<std::string>>(fail(session.error()));
    if (dropped) {
      report_.capture.clear();
      report_.copy.clear();
      return;
    }
    context_.events.on_event(event::Warning{
        .message = fmt::format("{} is still there: {}", report_.capture, dropped.error().message),
        .hint = "slipway deploy confirm"});
  }

  replay::CaptureRecords records() const {
    return replay::CaptureRecords(context_.config.text("history.schema"));
  }

  // Of a run that left nothing there is nothing to take back; of one that is not ours nothing may
  // be.
  Error back(Error error) {
    const auto newest = newest_up(context_);
    const bool is_ours = newest && *newest > before_;
    keeper_.reset();
    // A rollback ends all sessions of the database.
    guard_->release();
    if (!newest) return unclear(std::move(error), newest.error());
    auto outcome = is_ours ? roll_back_run(*newest) : Status();
    const bool changed = is_ours && undone_;
    auto told = outcome ? (changed ? rolled_back(std::move(error)) : std::move(error))
                        : unclear(std::move(error), outcome.error());
    if (outcome && !report_.capture.empty()) disarm();
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
  os::CrashPlan crash_;
  std::optional<DeployGuard> guard_;
  std::unique_ptr<WarmKeeper> keeper_;
  std::int64_t before_ = 0;
  bool stopped_while_baking_ = false;
  bool undone_ = false;
};

} // namespace

Result<DeployOutlook> look_before_deploy(const Context& context) {
  DeployOutlook outlook;
  SLIPWAY_ASSIGN(outlook.plan, plan_of_up(context, {}));
  outlook.capture = {.kind = "none", .why = "nothing is pending", .hint = {}, .room = {}};
  if (!outlook.plan.steps.empty()) {
    SLIPWAY_ASSIGN(auto session, open_session(context, "deploy", run_wait(context)));
    SLIPWAY_ASSIGN(outlook.capture, look_at_capture(context, session, run_wait(context)));
  }
  SLIPWAY_ASSIGN(outlook.way_back, look_at_way_back(context, outlook.plan, run_wait(context)));
  return outlook;
}

Result<DeployReport> deploy(const Context& context, Full full) {
  return Deploy(context, full).go();
}

} // namespace slipway::app
