#include "parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace slipway::backup {

namespace {

/// What the threads share.
class Round {
public:
  explicit Round(std::size_t count) : count_(count) {}

  std::optional<std::size_t> take() {
    if (failed_) return std::nullopt;
    const std::size_t mine = next_++;
    if (mine >= count_) return std::nullopt;
    return mine;
  }
  void fail_with(Error error) {
    const std::lock_guard guard(mutex_);
    if (!error_) error_ = std::move(error);
    failed_ = true;
  }
  void fail_with(std::exception_ptr bug) {
    const std::lock_guard guard(mutex_);
    if (!bug_) bug_ = std::move(bug);
    failed_ = true;
  }
  Status result() {
    if (bug_) std::rethrow_exception(bug_);
    if (error_) return fail(std::move(*error_));
    return {};
  }

private:
  std::size_t count_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::optional<Error> error_;
  std::exception_ptr bug_;
};

void work(Round& round, const std::function<Result<pg::Session>()>& open,
          const std::function<Status(pg::Session&, std::size_t)>& task) {
  auto mine = round.take();
  if (!mine) return;
  auto session = open();
  if (!session) return round.fail_with(std::move(session).error());
  for (; mine; mine = round.take())
    if (auto done = task(*session, *mine); !done) return round.fail_with(std::move(done).error());
}

} // namespace

Status in_parallel(int jobs, std::size_t count, const std::function<Result<pg::Session>()>& open,
                   const std::function<Status(pg::Session&, std::size_t)>& task) {
  Round round(count);
  const std::size_t threads = std::min(count, static_cast<std::size_t>(std::max(jobs, 1)));
  std::vector<std::thread> running;
  for (std::size_t i = 0; i < threads; ++i)
    running.emplace_back([&] {
      try {
        work(round, open, task);
      } catch (...) {
        round.fail_with(std::current_exception());
      }
    });
  for (auto& one : running) one.join();
  return round.result();
}

} // namespace slipway::backup
