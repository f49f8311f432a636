// What a migration does to others while it gets its locks, and what it does about them.
#include "project.hpp"

#include "slipway/os/clock.hpp"

#include <atomic>
#include <list>
#include <thread>

namespace slipway {
namespace {

class LockAcquisition : public test::ProjectTest {
protected:
  void SetUp() override {
    ProjectTest::SetUp();
    exec("CREATE TABLE busy (id int)");
    write("1_a.sql", "ALTER TABLE busy ADD COLUMN x int;", "ALTER TABLE busy DROP COLUMN x;");
  }
  pg::Session connect_as(const std::string& role) const {
    auto session = test::connect(url_ + "&user=" + role);
    test::exec(session, "SET application_name = 'app'");
    return session;
  }
  /// A session that holds a lock on busy, long enough to be seen as old.
  pg::Session holder(const std::string& role, const std::string& statement) {
    auto session = connect_as(role);
    test::exec(session, "BEGIN");
    test::exec(session, statement);
    while (test::value(session, "SELECT clock_timestamp() - now() > interval '40 ms'") != "t") {
    }
    return session;
  }
  void make_role(const std::string& role) {
    exec("DO $$ BEGIN CREATE ROLE " + role +
         " LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
    exec("GRANT ALL ON busy TO " + role);
  }
  std::string columns() {
    return value(
        "SELECT count(*) FROM pg_attribute WHERE attrelid = 'busy'::regclass AND attname = 'x'");
  }
};

// Fails when neither look is made, the one before BEGIN and the one before the statement: the ALTER
// then queues, and the observer sees it.
TEST_F(LockAcquisition, NobodyIsMadeToQueueWhileAnOldTransactionHoldsTheTable) {
  make_role("app_user");
  auto old = holder("app_user", "SELECT * FROM busy");
  std::atomic<bool> queued = false;
  std::jthread observer([&] {
    auto session = connect();
    while (test::value(
               session,
               "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'slipway:%' AND "
               "datname = current_database() AND query LIKE '%to_regclass(w.name)%'") == "0") {
    }
    for (int look = 0; look < 200; ++look)
      if (test::value(
              session,
              "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'busy'::regclass") !=
          "0")
        queued = true;
    test::exec(old, "COMMIT");
  });
  const auto report = up();
  observer.join();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_FALSE(queued) << "no lock was asked for while it could not be had";
  EXPECT_TRUE(sink_.all<event::LockRetry>().empty()) << "one attempt was enough";
  EXPECT_EQ(columns(), "1");
}

TEST_F(LockAcquisition, WhenTheBudgetIsUsedUpTheBlockerIsNamedInFull) {
  make_role("app_user");
  auto old = holder("app_user", "SELECT 'nightly', count(*) FROM busy");
  set("apply.lock_budget", "300ms");
  const auto failed = up();
  ASSERT_FALSE(failed);
  EXPECT_EQ(exit_status(failed.error().code), 6);
  const auto& message = failed.error().message;
  EXPECT_NE(message.find("pid " + std::to_string(old.backend_pid())), std::string::npos) << message;
  EXPECT_NE(message.find("user app_user, idle in transaction for"), std::string::npos) << message;
  EXPECT_NE(message.find("ACCESS SHARE on public.busy"), std::string::npos) << message;
  EXPECT_EQ(value("SELECT count(*) FROM slipway.journal"), "0") << "nothing was attempted";
}

TEST_F(LockAcquisition, ABudgetOfZeroIsOneLook) {
  auto old = holder("postgres", "SELECT * FROM busy");
  set("apply.lock_budget", "0");
  const auto failed = up();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::lock_timeout);
}

TEST_F(LockAcquisition, TheEarlierStatementsOfATransactionDoNotHoldTheirLocksWhileALaterOneWaits) {
  write("1_a.sql", "ALTER TABLE other ADD COLUMN x int;\nALTER TABLE busy ADD COLUMN x int;",
        "SELECT 1;");
  exec("CREATE TABLE other (id int)");
  auto old = holder("postgres", "SELECT * FROM busy");
  set("apply.lock_budget", "500ms");
  std::atomic<bool> held = false;
  std::atomic<bool> ended = false;
  std::jthread observer([&] {
    auto session = connect();
    while (!ended)
      if (test::value(
              session,
              "SELECT count(*) FROM pg_locks WHERE relation = 'other'::regclass AND mode = 'AccessExclusiveLock'") !=
          "0")
        held = true;
  });
  const auto failed = up();
  ended = true;
  observer.join();
  ASSERT_FALSE(failed);
  EXPECT_FALSE(held) << "all relations of the transaction are looked at before it begins";
}

TEST_F(LockAcquisition, OneShotQueuesOnceForMaxStallAndGivesUpAtTheEndOfTheBudget) {
  auto old = holder("postgres", "SELECT * FROM busy");
  set("apply.on_blocked", "one-shot");
  set("apply.max_stall", "250ms");
  set("apply.blocked_after", "0");
  set("apply.lock_budget", "3s");
  const auto failed = up();
  ASSERT_FALSE(failed);
  EXPECT_EQ(value("SELECT count(*) FROM slipway.journal WHERE state = 'failed'"), "1")
      << "one attempt";
}

TEST_F(LockAcquisition, OneShotGetsTheLockOfAHolderThatEndsInTime) {
  auto old = holder("postgres", "SELECT * FROM busy");
  set("apply.on_blocked", "one-shot");
  set("apply.max_stall", "60s");
  set("apply.blocked_after", "0");
  std::jthread release([&] {
    while (
        value("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'busy'::regclass") ==
        "0") {
    }
    test::exec(old, "COMMIT");
  });
  const auto report = up();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(columns(), "1");
}

TEST_F(LockAcquisition, CancelEndsTheStatementThatBlocksAndNothingElse) {
  make_role("app_user");
  auto innocent = connect_as("app_user");
  auto report_session = connect_as("app_user");
  std::jthread long_report([&] {
    const auto cancelled = report_session.execute(
        SqlText("SELECT pg_sleep(600) FROM (SELECT count(*) FROM busy) AS b"), test::long_wait());
    EXPECT_FALSE(cancelled);
    EXPECT_TRUE(cancelled.error().is_query_cancelled()) << cancelled.error().message;
  });
  std::jthread other(
      [&] { EXPECT_TRUE(innocent.execute(SqlText("SELECT pg_sleep(1)"), test::long_wait())); });
  while (
      value(
          "SELECT count(*) FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid) WHERE l.relation = 'busy'::regclass AND "
          "a.query LIKE '%pg_sleep(600)%' AND a.pid <> pg_backend_pid()") == "0") {
  }
  set("apply.on_blocked", "cancel");
  set("apply.blocked_after", "100ms");
  const auto report = up();
  ASSERT_TRUE(report) << report.error().message;
  const auto signalled = sink_.all<event::SessionSignalled>();
  ASSERT_EQ(signalled.size(), 1U);
  EXPECT_EQ(signalled[0].action, "cancel");
  EXPECT_EQ(signalled[0].pid, report_session.backend_pid());
}

TEST_F(LockAcquisition, CancelLeavesAnIdleTransactionAloneAndTerminateEndsIt) {
  make_role("app_user");
  auto idle = holder("app_user", "SELECT * FROM busy");
  set("apply.on_blocked", "cancel");
  set("apply.blocked_after", "0");
  set("apply.lock_budget", "500ms");
  ASSERT_FALSE(up());
  EXPECT_TRUE(sink_.all<event::SessionSignalled>().empty());
  set("apply.on_blocked", "terminate");
  set("apply.lock_budget", "1min");
  const auto report = up();
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(sink_.all<event::SessionSignalled>().size(), 1U);
  EXPECT_EQ(sink_.all<event::SessionSignalled>()[0].action, "terminate");
  EXPECT_FALSE(idle.execute(SqlText("SELECT 1"), test::long_wait()));
}

TEST_F(LockAcquisition, NamesInNeverSignalAreLeftAlone) {
  make_role("app_user");
  auto backup = connect_as("app_user");
  test::exec(backup, "SET application_name = 'pg_dump'");
  test::exec(backup, "BEGIN; SELECT * FROM busy");
  set("apply.on_blocked", "terminate");
  set("apply.blocked_after", "0");
  set("apply.lock_budget", "500ms");
  const auto failed = up();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::lock_timeout);
  EXPECT_TRUE(backup.execute(SqlText("SELECT 1"), test::long_wait()));
}

// lock_timeout counts each lock by itself: with a holder on every partition, each younger than what
// is looked at, five waits add up. Fails when LOCK TABLE is not bounded as a whole.
TEST_F(LockAcquisition, WaitsForManyPartitionsAreBoundedTogether) {
  exec("CREATE TABLE parent (id int) PARTITION BY LIST (id)");
  for (int i = 0; i < 5; ++i)
    exec("CREATE TABLE part_" + std::to_string(i) + " PARTITION OF parent FOR VALUES IN (" +
         std::to_string(i) + ")");
  write("1_a.sql", "ALTER TABLE parent ADD COLUMN x int;", "SELECT 1;");
  set("apply.on_blocked", "one-shot");
  set("apply.blocked_after", "0");
  set("apply.max_stall", "200ms");
  set("apply.lock_timeout", "200ms");
  set("apply.lock_budget", "1500ms");
  auto old = holder("postgres", "LOCK TABLE part_0 IN ACCESS SHARE MODE");
  std::list<pg::Session> holders;
  for (int i = 1; i < 5; ++i)
    holders.push_back(
        holder("postgres", "LOCK TABLE part_" + std::to_string(i) + " IN ACCESS SHARE MODE"));
  std::jthread release([&] {
    while (value("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0") {
    }
    // Each partition is let go well within lock_timeout, all of them well after max_stall.
    const auto wait = test::long_wait();
    os::pause(Millis(120), wait);
    test::exec(old, "COMMIT");
    for (auto& one : holders) {
      os::pause(Millis(120), wait);
      test::exec(one, "COMMIT");
    }
  });
  const auto outcome = up();
  release.join();
  EXPECT_EQ(
      value("SELECT count(*) FROM slipway.journal WHERE state = 'failed' AND sqlstate = '57014'"),
      "1")
      << "the first attempt was ended as a whole";
  EXPECT_TRUE(outcome || outcome.error().code == ErrorCode::lock_timeout);
}

class Autovacuum : public LockAcquisition {
protected:
  /// A vacuum of busy that takes for ever, by an autovacuum worker.
  void start_worker() {
    exec("INSERT INTO busy SELECT generate_series(1, 20000)");
    exec(
        "ALTER TABLE busy SET (autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1, "
        "autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1, "
        "autovacuum_vacuum_insert_scale_factor = 0)");
    exec("DELETE FROM busy WHERE id % 2 = 0");
    exec("ALTER SYSTEM SET autovacuum = on");
    exec("ALTER SYSTEM SET autovacuum_naptime = 1");
    exec("SELECT pg_reload_conf()");
    while (value(k_worker) == "0") {
    }
  }
  void TearDown() override {
    exec("ALTER SYSTEM RESET autovacuum");
    exec("ALTER SYSTEM RESET autovacuum_naptime");
    exec("SELECT pg_reload_conf()");
    exec("DROP TABLE busy");
  }
  static constexpr const char* k_worker =
      "SELECT count(*) FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid) "
      "WHERE a.backend_type = 'autovacuum worker' AND l.relation = 'busy'::regclass AND l.granted";
};

// A superuser may ask the worker to give way at once: deadlock_timeout of 10 ms for the attempt.
TEST_F(Autovacuum, AnOrdinaryWorkerIsGotOutOfTheWay) {
  start_worker();
  const auto report = up();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(columns(), "1");
  EXPECT_EQ(value("SHOW deadlock_timeout"), "1s") << "only the attempt had another";
}

// Without the privilege the worker gives way to who has waited for deadlock_timeout; nobody waits
// behind us here, so that may be.
TEST_F(Autovacuum, APlainOwnerWaitsOutTheDeadlockTimeoutWhenNobodyIsBehindIt) {
  exec(
      "DO $$ BEGIN CREATE ROLE plain_owner LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
  exec(
      "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO plain_owner', current_database()); END $$");
  exec("ALTER TABLE busy OWNER TO plain_owner");
  start_worker();
  url_ += "&user=plain_owner";
  const auto report = up();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(columns(), "1");
}

} // namespace
} // namespace slipway
