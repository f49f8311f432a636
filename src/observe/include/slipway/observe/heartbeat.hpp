#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/event.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace slipway::observe {

/// Passes events on and, while a statement runs, adds a StatementRunning every `every`, so that
/// silence never looks like a hang. Events come from the caller's thread and from one of its own,
/// never two at a time. `next` must outlive it.
class Heartbeat final : public EventSink {
public:
  Heartbeat(EventSink& next, Millis every);
  void on_event(const Event& event) override;

private:
  void beat(const std::stop_token& stop);

  EventSink& next_;
  Millis every_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<event::StatementStarted> running_;
  Deadline::Clock::time_point since_;
  // Last: it uses everything above, so it must end first.
  std::jthread thread_;
};

} // namespace slipway::observe
