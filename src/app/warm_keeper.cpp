// The thread that follows the database with the copy that has the old schema.
#include "warm_keeper.hpp"

#include "slipway/app/rollback.hpp"
#include "slipway/os/clock.hpp"
#include "slipway/rollback/keep_copy.hpp"

namespace slipway::app {

namespace {

constexpr Millis k_between{500};
/// One step reads all that came since the last one; the first one the time of the migration.
constexpr Millis k_longest_step{std::chrono::hours(12)};

} // namespace

Result<std::unique_ptr<WarmKeeper>> WarmKeeper::start(const Context& context, std::int64_t run) {
  SLIPWAY_ASSIGN(const auto outlook, look_at_rollback(context, {.run = run}));
  const auto backup = backup_before(context, outlook.assessment);
  if (!backup) return std::unique_ptr<WarmKeeper>();
  std::unique_ptr<WarmKeeper> keeper(new WarmKeeper);
  SLIPWAY_ASSIGN(keeper->scene_,
                 set_safe_path(context, outlook.assessment, backup->manifest, keeper->silence_));
  if (keeper->scene_->request->kept_copy.empty()) return std::unique_ptr<WarmKeeper>();
  keeper->thread_ = std::thread([own = keeper.get()] { own->work(); });
  return keeper;
}

WarmKeeper::~WarmKeeper() {
  stop();
}

void WarmKeeper::stop() {
  stop_.request();
  if (thread_.joinable()) thread_.join();
}

WarmKeeper::State WarmKeeper::state() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

void WarmKeeper::work() {
  while (!stop_.requested()) {
    const Wait wait{Deadline::after(k_longest_step), &stop_};
    take_step(wait);
    os::pause(k_between, wait);
  }
}

void WarmKeeper::take_step(const Wait& wait) {
  const auto followed = rollback::keep_copy_in_step(*scene_->request, wait);
  const std::scoped_lock lock(mutex_);
  if (followed) {
    ++state_.steps;
    state_.rows += followed->rows;
    state_.trouble.clear();
    state_.failed_since = 0;
  } else if (!stop_.requested()) {
    state_.trouble = followed.error().message;
    ++state_.failed_since;
  }
}

} // namespace slipway::app
