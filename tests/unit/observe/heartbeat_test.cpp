#include "slipway/observe/heartbeat.hpp"

#include <algorithm>
#include <condition_variable>
#include <gtest/gtest.h>
#include <mutex>
#include <string>
#include <vector>

namespace slipway::observe {
namespace {

// Keeps the names of events and lets a test wait for one.
class WaitingSink final : public EventSink {
public:
  void on_event(const Event& event) override {
    const std::scoped_lock lock(mutex_);
    names_.emplace_back(std::visit([](const auto& one) { return one.name; }, event));
    changed_.notify_all();
  }
  // Returns once `count` events named `name` were told.
  void await(std::string_view name, std::ptrdiff_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return std::count(names_.begin(), names_.end(), name) >= count; });
  }
  std::vector<std::string> names() {
    const std::scoped_lock lock(mutex_);
    return names_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> names_;
};

TEST(Heartbeat, TellsOfAStatementUntilItEnds) {
  WaitingSink sink;
  Heartbeat heartbeat(sink, Millis(1));
  heartbeat.on_event(event::StatementStarted{});
  sink.await("statement_running", 3);
  heartbeat.on_event(event::StatementFinished{});
  const auto names = sink.names();
  EXPECT_EQ(names.front(), "statement_started");
  EXPECT_EQ(names.back(), "statement_finished");
  // Nothing runs now: the next beat could only come after another start.
  heartbeat.on_event(event::Note{});
  EXPECT_EQ(sink.names().back(), "note");
}

TEST(Heartbeat, ANoticeOfTheServerDoesNotEndTheStatement) {
  WaitingSink sink;
  Heartbeat heartbeat(sink, Millis(1));
  heartbeat.on_event(event::StatementStarted{});
  sink.await("statement_running", 1);
  heartbeat.on_event(event::ServerNotice{});
  sink.await("statement_running", 2);
}

TEST(Heartbeat, EndsAtOnceHoweverLongItsPause) {
  WaitingSink sink;
  Heartbeat heartbeat(sink, std::chrono::hours(24));
  heartbeat.on_event(event::StatementStarted{});
}

} // namespace
} // namespace slipway::observe
