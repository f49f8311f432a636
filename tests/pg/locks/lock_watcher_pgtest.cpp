#include "slipway/locks/lock_watcher.hpp"

#include "slipway/test/test_server.hpp"

#include <thread>

namespace slipway::locks {
namespace {

class LockWatcherTest : public test::ServerTest {
protected:
  void SetUp() override {
    ServerTest::SetUp();
    exec("CREATE TABLE t (id int)");
  }
  LockWatcher watcher() {
    return LockWatcher([this](const Wait& wait) {
      return pg::Session::open({.connection_string = url_, .application_name = "watcher"}, wait);
    });
  }
  pg::Session connect_as(const std::string& role) const {
    return test::connect(url_ + "&user=" + role);
  }
  /// Waits until `count` sessions wait for a lock on t.
  void await_waiters(const std::string& count) {
    while (value("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 't'::regclass") !=
           count) {
    }
  }
};

// Fails when LockWatcher sends no cancel: the statement then waits for its 600 s.
TEST_F(LockWatcherTest, WhoeverWaitsBehindUsTooLongMakesUsStepAside) {
  auto holder = connect();
  test::exec(holder, "BEGIN; SELECT * FROM t");
  auto working = connect();
  auto bystander = connect();
  auto watching = watcher();
  test::exec(working, "SET lock_timeout = '600s'");
  watching.watch(working, working.backend_pid(), Millis(100), nullptr);
  std::jthread behind([&] {
    await_waiters("1");
    EXPECT_TRUE(bystander.execute(SqlText("SELECT * FROM t"), test::long_wait()));
  });
  const auto outcome =
      working.execute(SqlText("ALTER TABLE t ADD COLUMN x int"), test::long_wait());
  const auto watched = watching.done();
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(watched.stepped_aside);
  EXPECT_EQ(watched.waiter, bystander.backend_pid());
  EXPECT_GE(watched.waited, Millis(100));
  test::exec(holder, "COMMIT");
}

TEST_F(LockWatcherTest, NobodyBehindUsMeansNoCancel) {
  auto holder = connect();
  test::exec(holder, "BEGIN; SELECT * FROM t");
  auto working = connect();
  auto watching = watcher();
  watching.watch(working, working.backend_pid(), Millis(1), nullptr);
  std::jthread release([&] {
    await_waiters("1");
    // Many looks of the watcher happen in this time.
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
    while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
    test::exec(holder, "COMMIT");
  });
  EXPECT_TRUE(working.execute(SqlText("ALTER TABLE t ADD COLUMN x int"), test::long_wait()));
  EXPECT_FALSE(watching.done().stepped_aside);
}

// A statement that works, however long others wait for what it holds, is not what the bound is for.
TEST_F(LockWatcherTest, AStatementThatWorksIsNotCancelled) {
  auto working = connect();
  auto bystander = connect();
  auto watching = watcher();
  test::exec(working, "BEGIN; LOCK TABLE t");
  std::jthread behind(
      [&] { EXPECT_TRUE(bystander.execute(SqlText("SELECT * FROM t"), test::long_wait())); });
  await_waiters("1");
  watching.watch(working, working.backend_pid(), Millis(1), nullptr);
  EXPECT_TRUE(working.execute(SqlText("SELECT pg_sleep(0.5)"), test::long_wait()));
  EXPECT_FALSE(watching.done().stepped_aside);
  test::exec(working, "COMMIT");
}

TEST_F(LockWatcherTest, SignalsGoToExactlyThoseWhoBlock) {
  exec("CREATE ROLE app_user LOGIN; GRANT ALL ON t TO app_user");
  auto blocking = connect_as("app_user");
  auto innocent = connect_as("app_user");
  test::exec(blocking, "BEGIN; SELECT * FROM t");
  test::exec(innocent, "BEGIN; SELECT 1");
  auto working = connect();
  auto watching = watcher();
  Policy policy;
  policy.on_blocked = OnBlocked::terminate;
  watching.watch(working, working.backend_pid(), Millis(100), &policy);
  EXPECT_TRUE(working.execute(SqlText("ALTER TABLE t ADD COLUMN x int"), test::long_wait()));
  const auto watched = watching.done();
  ASSERT_EQ(watched.signalled.size(), 1U);
  EXPECT_EQ(watched.signalled[0].session.pid, blocking.backend_pid());
  EXPECT_TRUE(watched.signalled[0].arrived);
  EXPECT_FALSE(blocking.execute(SqlText("SELECT 1"), test::long_wait())) << "its session is gone";
  EXPECT_TRUE(innocent.execute(SqlText("SELECT 1"), test::long_wait()));
  innocent.close();
  exec("DROP OWNED BY app_user; DROP ROLE app_user");
}

// Fails when may_signal is not asked: the superuser's session is then ended.
TEST_F(LockWatcherTest, OneWhoMustBeLeftAloneProtectsTheOthers) {
  exec("CREATE ROLE app_user LOGIN; GRANT ALL ON t TO app_user");
  auto report = connect_as("app_user");
  test::exec(report, "BEGIN; SELECT * FROM t");
  auto superuser = connect();
  test::exec(superuser, "BEGIN; SELECT * FROM t");
  auto working = connect();
  auto watching = watcher();
  Policy policy;
  policy.on_blocked = OnBlocked::terminate;
  watching.watch(working, working.backend_pid(), Millis(100), &policy);
  test::exec(working, "SET lock_timeout = '300ms'");
  EXPECT_FALSE(working.execute(SqlText("ALTER TABLE t ADD COLUMN x int"), test::long_wait()));
  const auto watched = watching.done();
  EXPECT_TRUE(watched.signalled.empty());
  ASSERT_EQ(watched.left_alone.size(), 1U);
  EXPECT_NE(watched.left_alone[0].find("superuser"), std::string::npos);
  EXPECT_TRUE(report.execute(SqlText("SELECT 1"), test::long_wait()));
  report.close();
  exec("DROP OWNED BY app_user; DROP ROLE app_user");
}

TEST_F(LockWatcherTest, WithoutASecondConnectionTheTroubleIsToldOnce) {
  LockWatcher lonely([](const Wait&) -> Result<pg::Session> {
    return fail(ErrorCode::connection, "no connection is left");
  });
  auto working = connect();
  lonely.watch(working, working.backend_pid(), Millis(100), nullptr);
  std::string trouble;
  while (trouble.empty()) trouble = lonely.trouble();
  EXPECT_EQ(trouble, "no connection is left");
  EXPECT_EQ(lonely.trouble(), "");
  EXPECT_FALSE(lonely.done().stepped_aside);
}

} // namespace
} // namespace slipway::locks
