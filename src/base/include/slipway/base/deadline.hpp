#pragma once

#include "slipway/base/stop_signal.hpp"

#include <algorithm>
#include <chrono>

namespace slipway {

using Millis = std::chrono::milliseconds;

/// A moment after which waiting stops. There is no "forever": the longest is what the caller names.
class Deadline {
public:
  using Clock = std::chrono::steady_clock;

  static Deadline after(Millis duration) { return Deadline(Clock::now() + duration); }
  static Deadline at(Clock::time_point moment) { return Deadline(moment); }

  /// Time left, never negative.
  Millis remaining() const {
    return std::max(Millis(0), std::chrono::ceil<Millis>(moment_ - Clock::now()));
  }
  bool passed() const { return Clock::now() >= moment_; }
  Clock::time_point moment() const { return moment_; }

  friend Deadline earlier(Deadline a, Deadline b) { return a.moment_ < b.moment_ ? a : b; }

private:
  explicit Deadline(Clock::time_point moment) : moment_(moment) {}
  Clock::time_point moment_;
};

/// How long and under which conditions a call may wait. `stop` may be null; it must outlive the
/// call.
struct Wait {
  Deadline deadline;
  const StopSignal* stop = nullptr;

  bool stop_requested() const { return stop != nullptr && stop->requested(); }
  /// The same stop with a deadline that is no later than `duration` from now.
  Wait within(Millis duration) const {
    return Wait{earlier(deadline, Deadline::after(duration)), stop};
  }
};

} // namespace slipway
