#pragma once

#include "rollback_safe.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

namespace slipway::app {

/// Keeps the copy of a deploy in step, on a thread with sessions of its own, so that a health check
/// that takes long does not let it fall behind. It emits no events: what it has to say is asked.
class WarmKeeper {
public:
  /// `run` is the one that the deploy made. Nothing when there is no copy to keep. Errors: as
  /// set_safe_path.
  static Result<std::unique_ptr<WarmKeeper>> start(const Context& context, std::int64_t run);
  ~WarmKeeper();
  WarmKeeper(const WarmKeeper&) = delete;
  WarmKeeper& operator=(const WarmKeeper&) = delete;

  /// Waits until it has ended; the statement under way is cancelled.
  void stop();
  struct State {
    std::int64_t steps = 0;        ///< that ended well
    std::int64_t rows = 0;         ///< changes carried so far
    std::string trouble;           ///< of the last step; empty: it ended well
    std::int64_t failed_since = 0; ///< steps that failed, one after the other
  };
  State state() const;

private:
  class Silence final : public EventSink {
  public:
    void on_event(const Event& event) override { (void)event; }
  };
  WarmKeeper() = default;
  void work();
  void take_step(const Wait& wait);

  Silence silence_;
  std::unique_ptr<SafePathScene> scene_;
  StopSignal stop_;
  mutable std::mutex mutex_;
  State state_;
  std::thread thread_;
};

} // namespace slipway::app
