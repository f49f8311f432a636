#include "slipway/observe/heartbeat.hpp"

namespace slipway::observe {

Heartbeat::Heartbeat(EventSink& next, Millis every)
    : next_(next), every_(every), since_(Deadline::Clock::now()),
      thread_([this](const std::stop_token& stop) { beat(stop); }) {
}

void Heartbeat::on_event(const Event& event) {
  const std::scoped_lock lock(mutex_);
  if (const auto* started = std::get_if<event::StatementStarted>(&event)) {
    running_ = *started;
    since_ = Deadline::Clock::now();
    changed_.notify_all();
  } else if (!std::holds_alternative<event::ServerNotice>(event)) {
    running_.reset();
  }
  next_.on_event(event);
}

void Heartbeat::beat(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    changed_.wait(lock, stop, [&] { return running_.has_value(); });
    const auto started = since_;
    // Ends early when the program does. A statement that began meanwhile gets its own full pause.
    changed_.wait_for(lock, stop, every_, [] { return false; });
    if (stop.stop_requested() || !running_ || since_ != started) continue;
    const auto elapsed = std::chrono::duration_cast<Millis>(Deadline::Clock::now() - since_);
    next_.on_event(event::StatementRunning{.version = running_->version,
                                           .direction = running_->direction,
                                           .statement = running_->statement,
                                           .total = running_->total,
                                           .sql = running_->sql,
                                           .elapsed_ms = elapsed.count()});
  }
}

} // namespace slipway::observe
