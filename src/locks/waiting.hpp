#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/event.hpp"
#include "slipway/base/result.hpp"

#include <functional>
#include <random>
#include <string>

namespace slipway::locks {

/// Waiting for another runner: sleeps without a snapshot or a transaction on the server, tells
/// every few seconds who is in the way, and gives up in time.
class Waiting {
public:
  Waiting(Millis limit, EventSink& events, const Wait& wait);

  /// Sleeps before the next attempt. `what` begins the error's sentence, `who` ends it. Errors:
  /// lock_timeout after the limit, cancelled on a stop request.
  Status pause(const std::string& what, const std::function<std::string()>& who);

  bool had_to_wait() const { return had_to_wait_; }
  Millis waited() const;
  /// The time left, but at least a moment, for an attempt.
  Wait attempt() const;

private:
  Millis limit_length_;
  EventSink& events_;
  const Wait& wait_;
  Deadline::Clock::time_point start_ = Deadline::Clock::now();
  Deadline limit_;
  Deadline::Clock::time_point next_report_ = start_;
  Millis poll_every_;
  std::minstd_rand random_{std::random_device{}()};
  bool had_to_wait_ = false;
};

} // namespace slipway::locks
