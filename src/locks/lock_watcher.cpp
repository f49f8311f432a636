#include "slipway/locks/lock_watcher.hpp"

#include "waiters.hpp"

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace slipway::locks {

namespace {

using Clock = Deadline::Clock;

constexpr Millis k_poll{20};
constexpr Millis k_calm_poll{50};
/// Statements that ran this long without trouble are looked at less often.
constexpr Millis k_calm_after{5'000};
constexpr Millis k_patience{2'000};

} // namespace

class LockWatcher::Thread {
public:
  explicit Thread(Open open) : open_(std::move(open)), thread_([this] { run(); }) {}

  ~Thread() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void watch(pg::Session& working, int backend, Millis max_stall, const Policy* signals) {
    {
      const std::lock_guard lock(mutex_);
      task_.emplace(Task{.working = &working,
                         .backend = backend,
                         .max_stall = max_stall,
                         .signals = signals == nullptr ? std::nullopt : std::optional(*signals),
                         .number = ++number_,
                         .start = Clock::now()});
      watched_ = {};
    }
    changed_.notify_all();
  }

  Watched done() {
    // A cancel is sent under this mutex, so none is under way once we have it.
    std::unique_lock lock(mutex_);
    const bool may_have_signalled = task_ && task_->signals;
    task_.reset();
    // Who was signalled must be told, also when we got on before the watcher could write it down.
    if (may_have_signalled) looked_.wait_for(lock, 2 * k_patience, [this] { return !looking_; });
    return std::exchange(watched_, {});
  }

  std::string trouble() {
    const std::lock_guard lock(mutex_);
    return std::exchange(trouble_, {});
  }

private:
  struct Task {
    pg::Session* working = nullptr;
    int backend = 0;
    Millis max_stall{0};
    std::optional<Policy> signals;
    std::uint64_t number = 0;
    Clock::time_point start;
  };

  void run() {
    // Signals belong to the program's own thread.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return ending_ || (task_ && !hopeless_); });
      if (ending_) return;
      const auto task = *task_;
      looking_ = true;
      lock.unlock();
      look(task);
      lock.lock();
      looking_ = false;
      looked_.notify_all();
      const auto calm = Clock::now() - task.start > k_calm_after;
      changed_.wait_for(lock, calm ? k_calm_poll : k_poll,
                        [&] { return ending_ || !task_ || task_->number != task.number; });
    }
  }

  void look(const Task& task) {
    const Wait wait{Deadline::after(k_patience), nullptr};
    if (!session_ || !session_->usable()) {
      auto opened = open_(wait);
      if (!opened) {
        const std::lock_guard lock(mutex_);
        trouble_ = opened.error().message;
        hopeless_ = true;
        return;
      }
      session_.emplace(std::move(*opened));
    }
    if (task.number != seen_for_) first_seen_.clear();
    seen_for_ = task.number;
    const auto state = look_at_waiting(*session_, task.backend, wait);
    if (!state || !state->waits) return;
    if (task.signals && signalled_for_ != task.number) signal(task, wait);
    for (const auto& waiter : state->behind) {
      const auto since = first_seen_.try_emplace(waiter.pid, Clock::now()).first->second;
      const auto seen = std::chrono::duration_cast<Millis>(Clock::now() - since);
      const auto waited = std::max(seen, waiter.waited);
      if (waited >= task.max_stall) return step_aside(task, waiter.pid, waited);
    }
  }

  void step_aside(const Task& task, int waiter, Millis waited) {
    const std::lock_guard lock(mutex_);
    if (!task_ || task_->number != task.number || watched_.stepped_aside) return;
    watched_.stepped_aside = true;
    watched_.waiter = waiter;
    watched_.waited = waited;
    const auto sent = task.working->cancel(Wait{Deadline::after(k_patience), nullptr});
    // A cancel that did not get through is sent again at the next look.
    if (!sent) watched_.stepped_aside = false;
  }

  void signal(const Task& task, const Wait& wait) {
    signalled_for_ = task.number;
    auto sent = signal_blockers_of(*session_, task.backend, *task.signals, wait);
    if (!sent) return;
    const std::lock_guard lock(mutex_);
    watched_.signalled = std::move(sent->signalled);
    watched_.left_alone = std::move(sent->left_alone);
  }

  Open open_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable looked_;
  // Guarded by mutex_.
  bool ending_ = false;
  bool hopeless_ = false;
  bool looking_ = false;
  std::uint64_t number_ = 0;
  std::optional<Task> task_;
  Watched watched_;
  std::string trouble_;
  // The thread's own.
  std::optional<pg::Session> session_;
  std::map<int, Clock::time_point> first_seen_;
  std::uint64_t seen_for_ = 0;
  std::uint64_t signalled_for_ = 0;
  std::thread thread_;
};

LockWatcher::LockWatcher(Open open) : open_(std::move(open)) {
}
LockWatcher::~LockWatcher() = default;

void LockWatcher::watch(pg::Session& working, int backend, Millis max_stall,
                        const Policy* signals) {
  if (!thread_) thread_ = std::make_unique<Thread>(open_);
  thread_->watch(working, backend, max_stall, signals);
}

Watched LockWatcher::done() {
  return thread_ ? thread_->done() : Watched{};
}

std::string LockWatcher::trouble() {
  return thread_ ? thread_->trouble() : std::string();
}

} // namespace slipway::locks
