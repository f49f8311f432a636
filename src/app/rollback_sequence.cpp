// What stands around the path of a rollback: others kept away, the application stopped and brought
// back, and a clock. The path itself does not rest on any of it.
#include "rollback_sequence.hpp"

#include "deploy_hooks.hpp"
#include "rollback_parking.hpp"
#include "rollback_path.hpp"
#include "rollback_safe.hpp"

#include "slipway/app/target.hpp"
#include "slipway/history/rollback_steps.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>
#include <utility>

namespace slipway::app {

namespace {

constexpr Millis k_one_look{10'000};
// Restoring 2 GB took 16 to 26 s on two cores and comparing both sides 18 s more, so that a second
// does about this much.
constexpr double k_bytes_per_second = 45e6;
// ... and this where nothing is restored.
constexpr double k_bytes_compared_per_second = 110e6;

constexpr const char* k_set_aside = "set aside"; // after the safe path alone
constexpr const char* k_previous_version = "previous version";
constexpr const char* k_health = "health";
constexpr const char* k_unfreeze = "unfreeze";
constexpr const char* k_end = "end"; // a row, and no step

bool has_hook(const Context& context, const char* setting) {
  return !context.config.text_list(setting).empty();
}

// Without a hook that brings the previous version, whatever runs now is not ours to judge.
std::vector<std::string> steps_after(const Context& context) {
  std::vector<std::string> steps;
  if (has_hook(context, "deploy.previous_application")) {
    steps.emplace_back(k_previous_version);
    if (has_hook(context, "deploy.health")) steps.emplace_back(k_health);
  }
  if (has_hook(context, "rollback.unfreeze")) steps.emplace_back(k_unfreeze);
  return steps;
}

std::string path_step(rollback::Path path) {
  return std::string(rollback::path_name(path)) + " path";
}

Millis estimated(const RollbackOutlook& outlook) {
  if (!outlook.backup) return Millis(0);
  double bytes = 0;
  for (const auto& table : outlook.backup->manifest.tables)
    bytes += static_cast<double>(table.bytes);
  const double rate = outlook.copy.empty() ? k_bytes_per_second : k_bytes_compared_per_second;
  return Millis(static_cast<std::int64_t>(bytes / rate * 1000));
}

// For those who read of it later, when neither slot nor copy is there any more.
std::string remark_of(const rollback::SafePathReport& report) {
  auto text = std::string(report.over_kept_copy ? "over the copy that the deploy had made"
                                                : "over the backup");
  if (report.replayed)
    text += fmt::format(", {} row changes from the slot", report.replayed->rows);
  else
    text += ", what was written since was found by comparing";
  return text + fmt::format(", closed for {} ms", report.closed.count());
}

bool is_ended(const std::vector<history::RollbackStep>& journal) {
  return std::any_of(journal.begin(), journal.end(), [](const history::RollbackStep& one) {
    return one.step == k_end && one.state == "done";
  });
}

bool is_done(const std::vector<history::RollbackStep>& journal, const std::string& step) {
  return std::any_of(journal.begin(), journal.end(), [&](const history::RollbackStep& one) {
    return one.step == step && one.state == "done";
  });
}

Error for_a_person(const rollback::Decision& decision) {
  return Error(ErrorCode::check_failed, decision.why)
      .with_state("nothing was changed")
      .with_next(decision.next);
}

class Sequence {
public:
  Sequence(const Context& context, const RollbackOutlook& outlook)
      : context_(context), outlook_(outlook), run_(outlook.assessment.run.row.id),
        journal_(context.config.text("history.schema")) {}

  Result<RollbackReport> go() {
    const bool is_resumed = outlook_.decision.path == rollback::Path::none;
    const auto after = is_resumed ? outlook_.left_over : steps_after(context_);
    std::vector<std::pair<std::string, const char*>> before;
    if (!is_resumed && has_hook(context_, "rollback.freeze"))
      before.emplace_back("freeze", "rollback.freeze");
    if (!is_resumed && has_hook(context_, "rollback.stop"))
      before.emplace_back("stop", "rollback.stop");
    total_ = before.size() + after.size() + (is_resumed ? 0 : 1);
    for (const auto& [step, setting] : before) prepare(step, setting);
    if (!is_resumed) SLIPWAY_TRY(take_path());
    for (const auto& step : after) SLIPWAY_TRY(come_back(step));
    if (report_.safe) set_aside();
    write([&](pg::Session& session, const Wait& wait) {
      return journal_.finish(session, run_, k_end, "done", {}, wait);
    });
    report_.elapsed = passed();
    return std::move(report_);
  }

private:
  void prepare(const std::string& step, const char* setting) {
    const auto made = make(step, [&] {
      return run_hook(context_, setting, variables("rolling_back"), run_wait(context_));
    });
    if (made) {
      prepared_.push_back(step);
      return;
    }
    context_.events.on_event(event::Warning{
        .message = fmt::format("{}; the rollback goes on without it", made.error().message),
        .hint = "the database is closed for the moment of the swap whoever is there"});
  }

  Status take_path() {
    if (outlook_.decision.path == rollback::Path::safe)
      return left_behind(over_backup(outlook_.backup->manifest));
    auto fast = make(path_step(rollback::Path::fast),
                     [&] { return take_fast_path(context_, outlook_, report_); });
    if (fast) return {};
    const auto backup = is_worth_the_safe_path(fast.error())
                            ? backup_before(context_, outlook_.assessment)
                            : std::nullopt;
    if (!backup) return left_behind(std::move(fast));
    context_.events.on_event(
        event::Warning{.message = fmt::format("the fast path failed: {}", fast.error().message),
                       .hint = "going on over the backup " + backup->manifest.name});
    ++total_;
    return left_behind(over_backup(backup->manifest));
  }

  Status over_backup(const backup::Manifest& backup) {
    return make(path_step(rollback::Path::safe), [&]() -> Status {
      SLIPWAY_TRY(take_over_backup(context_, outlook_, backup, report_));
      remark_ = remark_of(*report_.safe);
      return {};
    });
  }

  // What another attempt, or another command, would not run into.
  bool is_worth_the_safe_path(const Error& error) const {
    return outlook_.request.wish == rollback::Wish::automatic &&
           (error.code == ErrorCode::sql || error.code == ErrorCode::part_way);
  }

  // Nobody brings back by himself what he does not know to be stopped.
  Status left_behind(Status outcome) const {
    if (outcome || prepared_.empty()) return outcome;
    auto error = std::move(outcome).error();
    error.notes.push_back(fmt::format("still in force: {}", fmt::join(prepared_, ", ")));
    return fail(std::move(error));
  }

  // At last, since nobody waits for it: the application is there again. What it does not get to
  // stays in the database that was put aside.
  void set_aside() {
    ++total_;
    const auto made = make(k_set_aside, [&]() -> Status {
      SLIPWAY_ASSIGN(report_.parked_beside, park_left_behind(context_, run_, run_wait(context_)));
      return {};
    });
    if (!made)
      context_.events.on_event(event::Warning{
          .message = "what was written to columns of the new schema could not be parked: " +
                     made.error().message,
          .hint = "it is in the database that was put aside, until slipway rollback cleanup"});
  }

  Status come_back(const std::string& step) {
    if (step == k_set_aside) {
      set_aside();
      return {};
    }
    auto made = make(step, [&]() -> Status {
      const auto environment = variables("rolled_back");
      if (step == k_previous_version)
        return run_hook(context_, "deploy.previous_application", environment, run_wait(context_));
      if (step == k_unfreeze)
        return run_hook(context_, "rollback.unfreeze", environment, run_wait(context_));
      SLIPWAY_ASSIGN(report_.health_checks,
                     await_health(context_, environment, run_wait(context_)));
      return {};
    });
    if (made) return {};
    auto error = std::move(made).error();
    error.code = ErrorCode::part_way;
    return fail(std::move(error)
                    .with_state(fmt::format("the database is as it was before run {}; the "
                                            "application is not: {} failed",
                                            run_, step))
                    .with_next(fmt::format("slipway rollback --run {}", run_)));
  }

  template<class Act>
  Status make(const std::string& step, Act act) {
    ++index_;
    warn_of_time(step);
    context_.events.on_event(
        event::StepStarted{.run = run_,
                           .step = step,
                           .index = static_cast<std::int64_t>(index_),
                           .total = static_cast<std::int64_t>(std::max(total_, index_)),
                           .elapsed_ms = passed().count(),
                           .budget_ms = outlook_.budget.count()});
    write([&](pg::Session& session, const Wait& wait) {
      return journal_.begin(session, run_, step, wait);
    });
    const auto start = std::chrono::steady_clock::now();
    Status made = act();
    const auto took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - start);
    write([&](pg::Session& session, const Wait& wait) {
      return journal_.finish(
          session, run_, step, made ? "done" : "failed",
          made ? std::exchange(remark_, {}) : context_.masker.mask(made.error().message), wait);
    });
    context_.events.on_event(event::StepFinished{.run = run_,
                                                 .step = step,
                                                 .outcome = made ? "done" : "failed",
                                                 .duration_ms = took.count()});
    report_.steps.push_back({.step = step, .done = made.has_value(), .duration = took});
    return made;
  }

  void warn_of_time(const std::string& step) {
    if (warned_ || outlook_.budget.count() == 0) return;
    const bool over = passed() > outlook_.budget;
    const bool is_path = step == path_step(rollback::Path::safe);
    const bool will_be = is_path && passed() + outlook_.estimate > outlook_.budget;
    if (!over && !will_be) return;
    warned_ = true;
    context_.events.on_event(
        event::Warning{.message = over ? "the time that rollback.budget gives is over"
                                       : "this will take longer than rollback.budget gives",
                       .hint = "the rollback goes on; tell those who wait for it"});
  }

  // A step counts even when nobody could write it down.
  void write(const std::function<Status(pg::Session&, const Wait&)>& text) {
    const auto wait = Wait{Deadline::after(k_one_look), nullptr};
    auto session = open_session(context_, "rollback", wait);
    const auto written = session ? text(*session, wait) : fail(session.error());
    if (written) return;
    context_.events.on_event(event::Warning{
        .message = "a step could not be written down: " + written.error().message, .hint = {}});
  }

  std::map<std::string, std::string> variables(const std::string& outcome) const {
    return {{"SLIPWAY_DEPLOY_OUTCOME", outcome},
            {"SLIPWAY_DEPLOY_RUN", std::to_string(run_)},
            {"SLIPWAY_DEPLOY_BACKUP", outlook_.backup ? outlook_.backup->manifest.name : ""}};
  }

  Millis passed() const {
    return outlook_.passed +
           std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - start_);
  }

  const Context& context_;
  const RollbackOutlook& outlook_;
  const std::int64_t run_;
  const history::RollbackSteps journal_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  RollbackReport report_;
  std::vector<std::string> prepared_;
  std::string remark_; ///< on the step that is under way
  std::size_t index_ = 0;
  std::size_t total_ = 0;
  bool warned_ = false;
};

} // namespace

Status look_around(const Context& context, pg::Session& session, RollbackOutlook& outlook,
                   const Wait& wait) {
  outlook.budget = context.config.duration("rollback.budget");
  if (outlook.decision.path == rollback::Path::safe) outlook.estimate = estimated(outlook);
  SLIPWAY_ASSIGN(outlook.application, look_at_health(context, wait.within(k_one_look)));
  const history::RollbackSteps steps(context.config.text("history.schema"));
  SLIPWAY_ASSIGN(const auto journal, steps.of(session, outlook.assessment.run.row.id, wait));
  if (journal.empty() || is_ended(journal)) return {};
  outlook.passed = Millis(journal.front().age_ms);
  if (outlook.decision.path != rollback::Path::none) return {};
  for (auto& step : steps_after(context))
    if (!is_done(journal, step)) outlook.left_over.push_back(std::move(step));
  if (is_done(journal, path_step(rollback::Path::safe)) && !is_done(journal, k_set_aside))
    outlook.left_over.emplace_back(k_set_aside);
  return {};
}

Result<bool> is_rollback_open(const Context& context, pg::Session& session, std::int64_t first_run,
                              const Wait& wait) {
  const history::RollbackSteps steps(context.config.text("history.schema"));
  SLIPWAY_ASSIGN(const auto runs, steps.runs_since(session, first_run, wait));
  for (const auto run : runs) {
    SLIPWAY_ASSIGN(const auto journal, steps.of(session, run, wait));
    // One that was gone on with after its end has further steps.
    if (!journal.empty() && (journal.back().step != k_end || journal.back().state != "done"))
      return true;
  }
  return false;
}

Result<RollbackReport> roll_back(const Context& context, const RollbackOutlook& outlook) {
  if (outlook.decision.path == rollback::Path::person) return fail(for_a_person(outlook.decision));
  if (outlook.decision.path == rollback::Path::none && outlook.left_over.empty())
    return RollbackReport{};
  return Sequence(context, outlook).go();
}

} // namespace slipway::app
