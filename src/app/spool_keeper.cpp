// The thread that takes from a slot what it keeps.
#include "spool_keeper.hpp"

#include "slipway/os/clock.hpp"
#include "slipway/replay/spooling.hpp"

namespace slipway::app {

namespace {

constexpr Millis k_longest_step{std::chrono::hours(12)};

} // namespace

std::unique_ptr<SpoolKeeper> SpoolKeeper::start(pg::ConnectOptions options, spool::Place place,
                                                os::CrashPlan crash, Millis pause) {
  std::unique_ptr<SpoolKeeper> keeper(new SpoolKeeper);
  keeper->options_ = std::move(options);
  keeper->place_ = std::move(place);
  keeper->crash_ = crash;
  keeper->pause_ = pause;
  keeper->thread_ = std::thread([own = keeper.get()] { own->work(); });
  return keeper;
}

SpoolKeeper::~SpoolKeeper() {
  stop();
}

void SpoolKeeper::stop() {
  stop_.request();
  if (thread_.joinable()) thread_.join();
}

SpoolKeeper::State SpoolKeeper::state() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

void SpoolKeeper::work() {
  while (!stop_.requested()) {
    const Wait wait{Deadline::after(k_longest_step), &stop_};
    const auto more = take_step(wait);
    if (!more) {
      session_.reset();
      const std::scoped_lock lock(mutex_);
      if (stop_.requested()) break;
      state_.trouble = more.error().message;
      ++state_.failed_since;
    }
    if (!more || !*more) os::pause(pause_, wait);
  }
  session_.reset();
}

Result<bool> SpoolKeeper::take_step(const Wait& wait) {
  if (!session_) {
    SLIPWAY_ASSIGN(auto session, pg::Session::open(options_, wait));
    session_.emplace(std::move(session));
  }
  SLIPWAY_ASSIGN(const auto step, replay::spool_step(*session_, place_, &crash_, wait));
  const std::scoped_lock lock(mutex_);
  state_.extent = step.extent;
  state_.trouble.clear();
  state_.failed_since = 0;
  if (step.at_end) ++state_.rounds;
  return !step.at_end;
}

} // namespace slipway::app
