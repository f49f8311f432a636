#include "slipway/locks/runner_lock.hpp"

#include "slipway/test/test_server.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace slipway::locks {
namespace {

class RunnerLockTest : public test::ServerTest {
protected:
  NullSink silent_;
};

TEST_F(RunnerLockTest, OneAtATimeAndTheOtherIsToldWho) {
  auto first = connect();
  auto second = connect();
  test::exec(first, "SET application_name = 'the first one'");
  const auto held = RunnerLock::acquire(first, "slipway", Millis(1000), silent_, test::long_wait());
  ASSERT_TRUE(held);
  const auto refused =
      RunnerLock::acquire(second, "slipway", Millis(200), silent_, test::long_wait());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::lock_timeout);
  EXPECT_NE(refused.error().message.find("the first one"), std::string::npos)
      << refused.error().message;
}

TEST_F(RunnerLockTest, AnotherHistorySchemaIsAnotherLock) {
  auto first = connect();
  auto second = connect();
  const auto held = RunnerLock::acquire(first, "slipway", Millis(1000), silent_, test::long_wait());
  EXPECT_TRUE(RunnerLock::acquire(second, "other", Millis(1000), silent_, test::long_wait()));
}

TEST_F(RunnerLockTest, ItGoesWithTheConnection) {
  auto second = connect();
  {
    auto first = connect();
    auto held = RunnerLock::acquire(first, "slipway", Millis(1000), silent_, test::long_wait());
    ASSERT_TRUE(held);
    first.close();
  }
  EXPECT_TRUE(RunnerLock::acquire(second, "slipway", Millis(20'000), silent_, test::long_wait()));
}

TEST_F(RunnerLockTest, LosingItIsNoticedAtTheEnd) {
  auto session = connect();
  auto held = RunnerLock::acquire(session, "slipway", Millis(1000), silent_, test::long_wait());
  ASSERT_TRUE(held);
  EXPECT_TRUE(*held->still_held(test::long_wait()));
  test::exec(session, "SELECT pg_advisory_unlock_all()");
  EXPECT_FALSE(*held->still_held(test::long_wait()));
  EXPECT_FALSE(held->release(test::long_wait()));
}

// Fails when the waiter blocks inside pg_advisory_lock: its snapshot would hold up CREATE INDEX
// CONCURRENTLY for ever.
TEST_F(RunnerLockTest, AWaiterDoesNotHoldUpAConcurrentIndex) {
  auto holder = connect();
  auto held = RunnerLock::acquire(holder, "slipway", Millis(1000), silent_, test::long_wait());
  ASSERT_TRUE(held);
  StopSignal stop;
  std::jthread waiter([&] {
    auto session = connect();
    Wait wait = test::long_wait();
    wait.stop = &stop;
    const auto refused = RunnerLock::acquire(session, "slipway", Millis(60'000), silent_, wait);
    EXPECT_FALSE(refused);
  });
  exec("CREATE TABLE t (id int)");
  while (
      value(
          "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_try_advisory_lock%' AND state = 'idle' AND datname = current_database() AND pid <> " +
          std::to_string(holder.backend_pid())) == "0")
    std::this_thread::yield();
  EXPECT_TRUE(holder.execute(SqlText("CREATE INDEX CONCURRENTLY i ON t (id)"), test::long_wait()));
  stop.request();
}

} // namespace
} // namespace slipway::locks
