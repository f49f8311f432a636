#include "waiting.hpp"

#include "slipway/base/duration.hpp"
#include "slipway/os/clock.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::locks {

namespace {

constexpr Millis k_shortest_poll{50};
constexpr Millis k_longest_poll{1000};
constexpr Millis k_report_every{5000};
constexpr Millis k_shortest_attempt{5000};

} // namespace

Waiting::Waiting(Millis limit, EventSink& events, const Wait& wait)
    : limit_length_(limit), events_(events), wait_(wait), limit_(Deadline::at(start_ + limit)),
      poll_every_(k_shortest_poll) {
}

Millis Waiting::waited() const {
  return std::chrono::duration_cast<Millis>(Deadline::Clock::now() - start_);
}

Wait Waiting::attempt() const {
  return wait_.within(std::max(limit_.remaining(), k_shortest_attempt));
}

Status Waiting::pause(const std::string& what, const std::function<std::string()>& who) {
  had_to_wait_ = true;
  if (Deadline::Clock::now() >= next_report_ || limit_.passed()) {
    const auto name = who();
    if (limit_.passed())
      return fail(Error(ErrorCode::lock_timeout, fmt::format("{}: {}", what, name))
                      .with_hint(fmt::format(
                          "waited {}; wait longer with --lock-wait, or look at what it does",
                          format_duration(waited())))
                      .with_state("nothing was changed by this run")
                      .with_next("slipway status"));
    events_.on_event(event::RunnerLockWaiting{
        .holder = name, .waited_ms = waited().count(), .limit_ms = limit_length_.count()});
    next_report_ = Deadline::Clock::now() + k_report_every;
  }
  // Jitter, so that twenty pods that start together do not ask together for ever.
  const std::uniform_int_distribution<std::int64_t>::param_type range(poll_every_.count() / 2,
                                                                      poll_every_.count());
  os::pause(std::min(Millis(std::uniform_int_distribution<std::int64_t>(range)(random_)),
                     std::max(limit_.remaining(), Millis(1))),
            wait_);
  poll_every_ = std::min(poll_every_ * 2, k_longest_poll);
  if (wait_.stop_requested())
    return fail(Error(ErrorCode::cancelled, "stopped while waiting for another slipway")
                    .with_state("nothing was changed by this run"));
  return {};
}

} // namespace slipway::locks
