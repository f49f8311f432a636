// What happens when the connection breaks in the middle of a run: a new session, the lock again
// (the old one is held until its process is really gone, so from then on the history tells the
// truth), and a look at what is there.
#include "runner.hpp"

#include "slipway/apply/interrupted.hpp"
#include "slipway/base/duration.hpp"
#include "slipway/os/clock.hpp"

#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr Millis k_reconnect_patience{15'000};
constexpr Millis k_pause{250};

std::string label(const plan::Step& step) {
  return step.migration.version.str() + " " + step.migration.name;
}

std::string retry_command(const plan::Step& step) {
  return step.direction == Direction::up ? "slipway up" : "slipway down";
}

bool is_committed(const plan::Step& step, const plan::AppliedMigration* recorded,
                  std::int64_t run) {
  if (step.direction == Direction::down) return recorded == nullptr;
  return recorded != nullptr && recorded->state == plan::AppliedState::applied &&
         recorded->run == run;
}

bool is_half_done(const plan::AppliedMigration* recorded) {
  return recorded != nullptr && recorded->state != plan::AppliedState::applied;
}

Error left_nothing(Error error, const plan::Step& step) {
  error.code = ErrorCode::connection;
  error.outcome = Outcome::failed;
  error.database_state = fmt::format(
      "{} left nothing behind: the history was looked at on a new connection", label(step));
  error.next_command = retry_command(step);
  return error;
}

Error stopped_at(Error error, const plan::Step& step, std::int64_t undone) {
  error.code = ErrorCode::part_way;
  error.outcome = Outcome::failed;
  error.database_state =
      undone == 0 ? fmt::format("all statements of {} are in the database, but it is not recorded "
                                "as done",
                                label(step))
      : undone == 1
          ? fmt::format("nothing of {} is in the database", label(step))
          : fmt::format("statements before {} of {} are in the database; that one and those after "
                        "it are not",
                        undone, label(step));
  error.next_command = retry_command(step);
  return error;
}

} // namespace

Result<apply::StepOutcome> Runner::look_again(const plan::Step& step, apply::StepPosition position,
                                              Error error, const Wait& wait) {
  // Whoever asked to stop does not wait for a server that may be gone.
  if (wait.stop_requested() || wait.deadline.passed()) return fail(std::move(error));
  const Wait patience = wait.within(k_reconnect_patience);
  context_.events.on_event(event::Warning{
      .message = "the connection broke; connecting again to see what is there", .hint = {}});
  const auto seen = [&]() -> Result<plan::History> {
    SLIPWAY_TRY(reconnect(patience));
    // Another run may have come in between; what it did is not for this one to judge.
    SLIPWAY_ASSIGN(const auto runs, store_.runs(session_, 1, patience));
    if (runs.empty() || runs.front().id != run_)
      return fail(ErrorCode::check_failed, "another run has begun since");
    return store_.read(session_, patience);
  }();
  if (!seen) {
    error.notes.push_back(fmt::format("what is there could not be looked at within {}: {}",
                                      format_duration(k_reconnect_patience), seen.error().message));
    return fail(std::move(error));
  }
  return judge(step, position, std::move(error), *seen, wait);
}

Status Runner::reconnect(const Wait& wait) {
  // It lives on the session that is gone.
  lock_.reset();
  while (true) {
    auto session = open_session(context_, kind_, wait);
    if (session) {
      session_ = std::move(*session);
      break;
    }
    if (wait.deadline.passed() || wait.stop_requested()) return fail(session.error());
    os::pause(k_pause, wait);
  }
  const auto prepared = [&]() -> Status {
    SLIPWAY_TRY(prepare_session(wait));
    return lock(wait.deadline.remaining(), wait);
  }();
  // Without the lock nothing more may be written by this run.
  if (!prepared) session_.close();
  return prepared;
}

Result<apply::StepOutcome> Runner::judge(const plan::Step& step, apply::StepPosition position,
                                         Error error, const plan::History& history,
                                         const Wait& wait) {
  const auto* recorded = history.find(step.migration.version);
  if (is_committed(step, recorded, run_)) {
    context_.events.on_event(event::Note{
        .message = fmt::format("{} is committed: its answer was lost with the connection, the "
                               "history has it",
                               label(step))});
    context_.events.on_event(event::MigrationFinished{.run = run_,
                                                      .version = step.migration.version.number(),
                                                      .migration = step.migration.name,
                                                      .direction = step.direction,
                                                      .outcome = "done",
                                                      .rows = 0,
                                                      .duration_ms = 0,
                                                      .index = position.index,
                                                      .total = position.total});
    return apply::StepOutcome{};
  }
  if (!is_half_done(recorded)) return fail(left_nothing(std::move(error), step));
  plan::Step now = step;
  if (auto marked =
          plan::mark_done(now, history.unfinished_of(step.migration.version, step.direction));
      !marked)
    return fail(std::move(marked).error());
  const auto undone = now.first_undone();
  // What was being committed is there, so the run goes on behind it. Each time it has come further,
  // so that this ends.
  if (error.outcome == Outcome::unknown && undone != step.first_undone() &&
      !apply::is_interrupted(now))
    return run_step(now, position, wait);
  error = stopped_at(std::move(error), step, undone);
  return fail(apply::describe_interrupted(std::move(error), run_context(), now, wait));
}

} // namespace slipway::app
