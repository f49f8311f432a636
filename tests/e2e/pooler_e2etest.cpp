// The program behind a real PgBouncer, in each of its modes.
#include "running_program.hpp"

#include "slipway/test/pooler.hpp"

#include <csignal>
#include <list>

namespace slipway {
namespace {

using test::Pooler;

class PoolerTest : public test::RunnerTest {
protected:
  test::Ran through(const Pooler& pooler, const std::vector<std::string>& arguments) {
    return test::slipway(arguments, {.environment = {{"DATABASE_URL", pooler.url(url_)}},
                                     .working_directory = project_.path(),
                                     .input = {}});
  }
  test::RunningProgram start_through(const Pooler& pooler,
                                     const std::vector<std::string>& arguments) {
    return {arguments, pooler.url(url_), project_};
  }

  void write_three_kinds() {
    write("1_a.sql", "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);", "DROP TABLE a;");
    write("2_i.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);", "DROP INDEX CONCURRENTLY a_id;");
    write(
        "3_b.sql",
        "CREATE TABLE b (id int);\nSET LOCAL work_mem = '5MB';\nCREATE INDEX CONCURRENTLY b_id ON b (id);\n"
        "INSERT INTO b VALUES (1);",
        "DROP INDEX CONCURRENTLY b_id;\nDROP TABLE b;");
  }
  void expect_all_applied_once() {
    EXPECT_EQ(value("SELECT string_agg(id::text, ' ') FROM a"), "1");
    EXPECT_EQ(value("SELECT string_agg(id::text, ' ') FROM b"), "1");
    EXPECT_EQ(
        value(
            "SELECT string_agg(version || state, ' ' ORDER BY applied_order) FROM slipway.migration"),
        "1applied 2applied 3applied");
    EXPECT_EQ(
        value(
            "SELECT bool_and(indisvalid) FROM pg_index WHERE indexrelid IN ('a_id'::regclass, 'b_id'::regclass)"),
        "t");
  }

  // Holds every server connection of the pool at once and looks at what is set in it.
  void expect_nothing_left(const Pooler& pooler) {
    await("NOT EXISTS (SELECT FROM pg_locks JOIN pg_database d ON d.oid = database "
          "WHERE locktype = 'advisory' AND d.datname = current_database())");
    std::list<pg::Session> clients;
    for (int i = 0; i < pooler.pool_size(); ++i) {
      auto& client = clients.emplace_back(test::connect(pooler.url(url_)));
      test::exec(client, "BEGIN");
      EXPECT_EQ(test::value(client, "SELECT count(*) FROM pg_prepared_statements"), "0");
      EXPECT_EQ(test::value(
                    client,
                    "SELECT coalesce(string_agg(name || '=' || setting, ' '), '') FROM pg_settings "
                    "WHERE source = 'session' AND name NOT IN ('client_encoding', "
                    "'application_name', 'transaction_isolation', 'transaction_read_only', "
                    "'transaction_deferrable')"),
                "");
      EXPECT_NE(test::value(client, "SHOW application_name").rfind("slipway", 0), std::string::npos)
          << "the client's own";
      EXPECT_EQ(test::value(client, "SHOW application_name").find("slipway:"), std::string::npos);
      EXPECT_EQ(test::value(client, "SHOW lock_timeout"), "0");
      EXPECT_EQ(test::value(client, "SHOW search_path"), "\"$user\", public");
    }
  }

  const char* k_sleeping =
      "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600%' AND state = 'active' "
      "AND datname = current_database())";
};

struct Pool {
  const char* mode;
  int size;
  const char* lock;
};

class PoolTest : public PoolerTest, public ::testing::WithParamInterface<Pool> {};

// Fails when the lock's connection is left after a query of the extended protocol (ping with SELECT
// 1 in it): its transaction then holds a snapshot, and the index waits for it until the time limit.
// Fails when pipelines name their statements, or when a step sets anything beyond its transaction.
TEST_P(PoolTest, UpAndDownOfEveryKindOfMigrationAndNothingStaysSet) {
  const Pooler pooler(GetParam().mode, GetParam().size);
  write_three_kinds();
  const auto up = through(pooler, {"up", "--concurrent-timeout", "30s"});
  ASSERT_EQ(up.status, 0) << up.err;
  EXPECT_NE(up.err.find(GetParam().lock), std::string::npos) << up.err;
  expect_all_applied_once();
  EXPECT_EQ(value("SELECT count(*) FROM slipway.journal"), "7");
  expect_nothing_left(pooler);
  const auto down = through(pooler, {"down", "--to", "0"});
  ASSERT_EQ(down.status, 0) << down.err;
  EXPECT_EQ(value("SELECT to_regclass('a') IS NULL AND to_regclass('b') IS NULL"), "t");
  expect_nothing_left(pooler);
}

TEST_P(PoolTest, TenRunnersAtOnceApplyEverythingOnce) {
  const Pooler pooler(GetParam().mode, GetParam().size);
  write_three_kinds();
  std::list<test::RunningProgram> runners;
  for (int i = 0; i < 10; ++i)
    runners.emplace_back(std::vector<std::string>{"up"}, pooler.url(url_), project_);
  for (auto& runner : runners) ASSERT_EQ(runner.wait(), 0) << runner.printed();
  expect_all_applied_once();
  EXPECT_EQ(value("SELECT count(*) FROM slipway.journal"), "7") << "each statement once";
  EXPECT_EQ(value("SELECT count(*) FROM slipway.run WHERE outcome = 'done'"), "1")
      << "one run did it all";
  expect_nothing_left(pooler);
}

TEST_P(PoolTest, ADirectRunnerAndAPooledOneKeepEachOtherOut) {
  const Pooler pooler(GetParam().mode, GetParam().size);
  write("1_a.sql", "SELECT pg_sleep(600);", "SELECT 1;");
  {
    auto pooled = start_through(pooler, {"up"});
    await(k_sleeping);
    const auto direct = run({"up", "--lock-wait", "300ms"});
    EXPECT_EQ(direct.status, 6) << direct.err;
    EXPECT_NE(direct.err.find("another slipway"), std::string::npos) << direct.err;
    pooled.signal(SIGINT);
    EXPECT_EQ(pooled.wait(), 1) << pooled.printed();
    EXPECT_NE(pooled.printed().find("left nothing behind"), std::string::npos) << pooled.printed();
    await(std::string("NOT ") + k_sleeping);
  }
  auto direct = start({"up"});
  await(k_sleeping);
  const auto pooled = through(pooler, {"up", "--lock-wait", "300ms"});
  EXPECT_EQ(pooled.status, 6) << pooled.err;
  EXPECT_NE(pooled.err.find("another slipway"), std::string::npos) << pooled.err;
  direct.signal(SIGINT);
  EXPECT_EQ(direct.wait(), 1) << direct.printed();
}

INSTANTIATE_TEST_SUITE_P(
    Modes, PoolTest,
    ::testing::Values(Pool{"transaction", 5, "(transaction"}, Pool{"session", 11, "(transaction"},
                      Pool{"transaction", 1, "(lease"}, Pool{"session", 1, "(lease"}),
    [](const auto& one) { return std::string(one.param.mode) + std::to_string(one.param.size); });

TEST_F(PoolerTest, StatementModeIsRefusedWithTheSettingToChange) {
  const Pooler pooler("statement", 5);
  write("1_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
  const auto up = through(pooler, {"up"});
  EXPECT_EQ(up.status, 1);
  EXPECT_NE(up.err.find("pool_mode = transaction"), std::string::npos) << up.err;
  EXPECT_EQ(value("SELECT to_regnamespace('slipway') IS NULL"), "t");
  const auto doctor = through(pooler, {"doctor"});
  EXPECT_NE(doctor.out.find("allows no transactions"), std::string::npos) << doctor.out;
}

// The killed runner's index goes on being built on the server, without a lock of the runner. Fails
// when outwait_remains does not wait.
TEST_F(PoolerTest, AfterAKillTheNextRunnerDoesNotStartBesideTheGhost) {
  const Pooler pooler("transaction", 5, {{"application_name_add_host", "1"}});
  exec("CREATE TABLE a (id int)");
  auto reader = connect();
  test::exec(reader, "BEGIN ISOLATION LEVEL REPEATABLE READ");
  test::exec(reader, "SELECT count(*) FROM a");
  write("1_i.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);", "DROP INDEX CONCURRENTLY a_id;");
  auto killed = start_through(pooler, {"up"});
  await("EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('a_id') AND NOT indisvalid)");
  killed.signal(SIGKILL);
  EXPECT_EQ(killed.wait(), 128 + SIGKILL);
  await("NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database()))");
  for (const bool direct : {false, true}) {
    const std::vector<std::string> arguments{"up", "--lock-wait", "500ms"};
    const auto early = direct ? run(arguments) : through(pooler, arguments);
    EXPECT_EQ(early.status, 6) << early.err;
    EXPECT_NE(early.err.find("killed slipway"), std::string::npos) << early.err;
  }
  EXPECT_EQ(value("SELECT count(*) FROM slipway.run"), "1");
  test::exec(reader, "COMMIT");
  const auto next = through(pooler, {"up"});
  EXPECT_EQ(next.status, 0) << next.err;
  EXPECT_EQ(value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass"), "t");
  expect_nothing_left(pooler);
}

TEST_F(PoolerTest, AKillInsideATransactionLeavesNothingAndTheNextRunDoesItOnce) {
  const Pooler pooler("transaction", 5);
  write("1_a.sql", "CREATE TABLE a (id int);\nINSERT INTO a SELECT 1 FROM pg_sleep(4);",
        "DROP TABLE a;");
  auto killed = start_through(pooler, {"up"});
  await(
      "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'INSERT INTO a SELECT%' AND state = 'active' "
      "AND datname = current_database())");
  killed.signal(SIGKILL);
  EXPECT_EQ(killed.wait(), 128 + SIGKILL);
  const auto next = through(pooler, {"up"});
  EXPECT_EQ(next.status, 0) << next.err;
  EXPECT_EQ(value("SELECT count(*) FROM a"), "1");
  EXPECT_EQ(value("SELECT string_agg(outcome, ' ' ORDER BY id) FROM slipway.run"),
            "interrupted done");
  expect_nothing_left(pooler);
}

// Fails when neither Runner::check_lock nor the fence is there: the second migration is then
// applied.
TEST_F(PoolerTest, ARunThatLosesItsLockStops) {
  const Pooler pooler("transaction", 5);
  write("1_a.sql", "CREATE TABLE a (id int);\nSELECT pg_sleep(2);", "DROP TABLE a;");
  write("2_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
  auto running = start_through(pooler, {"up"});
  await(
      "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(2%' AND state = 'active' "
      "AND datname = current_database())");
  exec(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'slipway:0:lock' "
      "AND state = 'idle in transaction' AND datname = current_database()");
  EXPECT_EQ(running.wait(), 6) << running.printed();
  EXPECT_NE(running.printed().find("runner lock was lost"), std::string::npos) << running.printed();
  EXPECT_EQ(value("SELECT to_regclass('b') IS NULL"), "t");
}

TEST_F(PoolerTest, WhatWouldLeakToOthersIsRefusedBeforeAnythingIsDone) {
  const Pooler pooler("transaction", 5);
  write("1_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
  write("2_b.sql", "SET lock_timeout = '7s';\nCREATE TABLE b (id int);", "DROP TABLE b;");
  const auto up = through(pooler, {"up"});
  EXPECT_EQ(up.status, 1) << up.err;
  EXPECT_NE(up.err.find("2_b.sql:2:1"), std::string::npos) << up.err;
  EXPECT_NE(up.err.find("SET LOCAL"), std::string::npos) << up.err;
  EXPECT_EQ(value("SELECT to_regclass('a') IS NULL"), "t");
  expect_nothing_left(pooler);
}

// Fails when Runner::give_session_back does nothing: this pooler does not reset a session itself.
TEST_F(PoolerTest, InASessionPoolThatIsCalledOneSettingsAreAllowedAndTakenBack) {
  const Pooler pooler("session", 3, {{"server_reset_query", ""}});
  write(
      "1_b.sql",
      "SET lock_timeout = '7s';\nCREATE TABLE b (id int);\nCREATE INDEX CONCURRENTLY b_id ON b (id);",
      "DROP TABLE b;");
  const auto up = through(pooler, {"up", "--pooler", "session"});
  EXPECT_EQ(up.status, 0) << up.err;
  EXPECT_EQ(value("SELECT to_regclass('b_id') IS NOT NULL"), "t");
  expect_nothing_left(pooler);
}

TEST_F(PoolerTest, ATransactionPoolIsNotTakenForASessionPool) {
  const Pooler pooler("transaction", 5);
  write("1_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
  const auto up = through(pooler, {"up", "--pooler", "session"});
  EXPECT_EQ(up.status, 2) << up.err;
  EXPECT_NE(up.err.find("connection.pooler"), std::string::npos) << up.err;
  EXPECT_EQ(value("SELECT to_regclass('a') IS NULL"), "t");
}

TEST_F(PoolerTest, WhereThereIsToBeNoneAPoolerIsRefused) {
  const Pooler pooler("transaction", 5);
  write("1_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
  const auto up = through(pooler, {"up", "--pooler", "none"});
  EXPECT_EQ(up.status, 1) << up.err;
  EXPECT_NE(up.err.find("connection pooler"), std::string::npos) << up.err;
}

TEST_F(PoolerTest, AnIndexIsNotBuiltConcurrentlyUnderALockTimeoutThatCannotBeChanged) {
  exec("CREATE TABLE a (id int)");
  exec("ALTER DATABASE " + value("SELECT current_database()") + " SET lock_timeout = '1s'");
  const Pooler pooler("transaction", 5);
  write("1_i.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);", "DROP INDEX CONCURRENTLY a_id;");
  const auto up = through(pooler, {"up"});
  EXPECT_EQ(up.status, 1) << up.err;
  EXPECT_NE(up.err.find("lock_timeout is 1 s"), std::string::npos) << up.err;
  EXPECT_NE(up.err.find("left nothing behind"), std::string::npos) << up.err;
  EXPECT_EQ(value("SELECT to_regclass('a_id') IS NULL"), "t");
  EXPECT_EQ(value("SELECT count(*) FROM slipway.migration"), "0");
  const auto doctor = through(pooler, {"doctor"});
  EXPECT_NE(doctor.out.find("lock_timeout"), std::string::npos) << doctor.out;
}

// Detaching waits for old transactions as an index build does, with nobody queueing behind it.
TEST_F(PoolerTest, APartitionIsDetachedConcurrentlyWithNoLockTimeoutToBeSet) {
  const Pooler pooler("transaction", 5);
  if (connect().server_version() < 140000) GTEST_SKIP() << "DETACH CONCURRENTLY came with 14";
  exec("CREATE TABLE p (id int) PARTITION BY RANGE (id)");
  exec("CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)");
  write("1_d.sql", "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;",
        "ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (10);");
  const auto up = through(pooler, {"up"});
  EXPECT_EQ(up.status, 0) << up.err;
  EXPECT_EQ(value("SELECT count(*) FROM pg_inherits WHERE inhparent = 'p'::regclass"), "0");
}

// The server has nobody's patience to keep here: the time limit is ours.
TEST_F(PoolerTest, AConcurrentIndexIsCancelledAtItsTimeLimit) {
  exec("CREATE TABLE a (id int)");
  auto reader = connect();
  test::exec(reader, "BEGIN ISOLATION LEVEL REPEATABLE READ");
  test::exec(reader, "SELECT count(*) FROM a");
  const Pooler pooler("transaction", 5);
  write("1_i.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);", "DROP INDEX CONCURRENTLY a_id;");
  const auto up = through(pooler, {"up", "--concurrent-timeout", "500ms"});
  EXPECT_NE(up.status, 0) << up.err;
  EXPECT_EQ(
      value(
          "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%' AND state = 'active' "
          "AND datname = current_database() AND pid <> pg_backend_pid()"),
      "0");
}

// A lease outlives its killed holder, and not for ever.
TEST_F(PoolerTest, TheLeaseOfAKilledRunnerIsTakenOverWhenItHasEnded) {
  const Pooler pooler("transaction", 1);
  write("1_a.sql", "CREATE TABLE a (id int);\nINSERT INTO a SELECT 1 FROM pg_sleep(600);",
        "DROP TABLE a;");
  auto killed = start_through(pooler, {"up"});
  await(
      "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'INSERT INTO a SELECT%' AND state = 'active' "
      "AND datname = current_database())");
  killed.signal(SIGKILL);
  EXPECT_EQ(killed.wait(), 128 + SIGKILL);
  exec(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'INSERT INTO a SELECT%' "
      "AND datname = current_database() AND pid <> pg_backend_pid()");
  await("to_regclass('a') IS NULL");
  write("1_a.sql", "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);", "DROP TABLE a;");
  const auto early = through(pooler, {"up", "--lock-wait", "200ms"});
  EXPECT_EQ(early.status, 6) << early.err;
  EXPECT_NE(early.err.find("lease"), std::string::npos) << early.err;
  const auto next = through(pooler, {"up", "--lock-wait", "5min"});
  EXPECT_EQ(next.status, 0) << next.err;
  EXPECT_EQ(value("SELECT count(*) FROM a"), "1");
  EXPECT_EQ(value("SELECT string_agg(outcome, ' ' ORDER BY id) FROM slipway.run"),
            "interrupted done");
  EXPECT_EQ(value("SELECT count(*) FROM slipway.lease"), "0");
}

} // namespace
} // namespace slipway
