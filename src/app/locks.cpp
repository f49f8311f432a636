#include "slipway/app/locks.hpp"

#include "slipway/app/target.hpp"
#include "slipway/os/clock.hpp"

#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr Millis k_one_look{10'000};

Error no_cancel_for_idle(const locks::StopCandidate& candidate) {
  return Error(ErrorCode::check_failed,
               fmt::format("{} runs no statement: a cancel would do nothing, and its transaction "
                           "keeps its locks",
                           candidate.describe()))
      .with_hint("ending the session rolls its transaction back")
      .with_state("nothing was changed")
      .with_next(fmt::format("slipway locks cancel {} --terminate", candidate.pid));
}

Status check_stoppable(const locks::StopCandidate& candidate, locks::StopWith how) {
  if (candidate.is_own)
    return fail(Error(ErrorCode::check_failed,
                      fmt::format("pid {} is the session that asks", candidate.pid))
                    .with_state("nothing was changed"));
  if (how == locks::StopWith::cancel && candidate.is_idle_in_transaction())
    return fail(no_cancel_for_idle(candidate));
  return {};
}

} // namespace

Result<locks::BlockingTree> blocking_tree(const Context& context) {
  const auto wait = look_wait(context);
  SLIPWAY_ASSIGN(auto session, open_session(context, "locks", wait));
  return locks::read_blocking_tree(session, wait.within(k_one_look));
}

Status watch_blocking_tree(const Context& context, std::chrono::milliseconds interval,
                           const std::function<void(const locks::BlockingTree&)>& show) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(auto session, open_session(context, "locks", wait));
  while (!wait.deadline.passed() && !wait.stop_requested()) {
    const auto tree = locks::read_blocking_tree(session, wait.within(k_one_look));
    if (wait.deadline.passed() || wait.stop_requested()) break;
    if (!tree) return fail(tree.error());
    show(*tree);
    os::pause(interval, wait);
  }
  return {};
}

Result<locks::StopOutcome>
stop_session(const Context& context, int pid, locks::StopWith how,
             const std::function<Status(const locks::StopCandidate&)>& may) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(auto session, open_session(context, "locks", wait));
  SLIPWAY_ASSIGN(const auto candidate,
                 locks::find_stop_candidate(session, pid, look_wait(context)));
  if (!candidate)
    return fail(Error(ErrorCode::check_failed, fmt::format("there is no session with pid {}", pid))
                    .with_state("nothing was changed")
                    .with_next("slipway locks"));
  SLIPWAY_TRY(check_stoppable(*candidate, how));
  SLIPWAY_TRY(may(*candidate));
  return locks::stop_session(session, *candidate, how, wait);
}

} // namespace slipway::app
