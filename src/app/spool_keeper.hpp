#pragma once

#include "slipway/app/context.hpp"
#include "slipway/os/crash_plan.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/spool/spool.hpp"

#include <memory>
#include <mutex>
#include <thread>

namespace slipway::app {

/// Spools a slot on a thread with a session of its own, again and again. It emits no events: what
/// it has to say is asked.
class SpoolKeeper {
public:
  /// `pause`: between two looks that left nothing.
  static std::unique_ptr<SpoolKeeper> start(pg::ConnectOptions options, spool::Place place,
                                            os::CrashPlan crash, Millis pause);
  ~SpoolKeeper();
  SpoolKeeper(const SpoolKeeper&) = delete;
  SpoolKeeper& operator=(const SpoolKeeper&) = delete;

  /// Waits until it has ended; the statement under way is cancelled.
  void stop();
  struct State {
    spool::Extent extent;
    std::int64_t rounds = 0;       ///< that left nothing
    std::string trouble;           ///< of the last step; empty: it ended well
    std::int64_t failed_since = 0; ///< steps that failed, one after the other
  };
  State state() const;

private:
  SpoolKeeper() = default;
  void work();
  /// Whether there is more to be had at once.
  Result<bool> take_step(const Wait& wait);

  pg::ConnectOptions options_;
  spool::Place place_;
  os::CrashPlan crash_;
  Millis pause_{0};
  std::optional<pg::Session> session_;
  StopSignal stop_;
  mutable std::mutex mutex_;
  State state_;
  std::thread thread_;
};

} // namespace slipway::app
