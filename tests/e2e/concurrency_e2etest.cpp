#include "running_program.hpp"

#include <csignal>
#include <cstdlib>
#include <list>

namespace slipway {
namespace {

class Concurrency : public test::RunnerTest {};

constexpr int k_runners = 20;

// What goes on in the runner is the same everywhere: the other servers only show that they agree.
int rounds() {
  return std::getenv("SLIPWAY_PG_BIN") == nullptr ? 50 : 15;
}

// Fails when RunnerLock::acquire is taken out: the runners then meet in CREATE SCHEMA and CREATE
// TABLE, and some end with 1.
TEST_F(Concurrency, TwentyRunnersAtOnceApplyEveryMigrationExactlyOnceManyTimesOver) {
  write("1_a.sql", "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);", "DROP TABLE a;");
  write("2_b.sql", "CREATE TABLE b (id int);\nCREATE INDEX CONCURRENTLY b_id ON b (id);",
        "DROP TABLE b;");
  write("3_c.sql", "ALTER TABLE a ADD COLUMN more text;\nINSERT INTO a VALUES (2, 'x');",
        "ALTER TABLE a DROP COLUMN more;");
  for (int round = 0; round < rounds(); ++round) {
    url_ = test::TestServer::instance().fresh_database();
    close_looker();
    std::list<test::RunningProgram> runners;
    for (int i = 0; i < k_runners; ++i)
      runners.emplace_back(std::vector<std::string>{"up"}, url_, project_);
    for (auto& runner : runners)
      ASSERT_EQ(runner.wait(), 0) << "round " << round << "\n" << runner.printed();
    ASSERT_EQ(value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM a"), "1 2");
    ASSERT_EQ(
        value(
            "SELECT string_agg(version || state, ' ' ORDER BY applied_order) FROM slipway.migration"),
        "1applied 2applied 3applied");
    ASSERT_EQ(value("SELECT count(*) FROM slipway.journal"), "6") << "each statement once";
    ASSERT_EQ(value("SELECT count(*) FROM slipway.run WHERE outcome = 'done'"), "1")
        << "one run did it all";
  }
}

TEST_F(Concurrency, AWaiterGivesUpAfterLockWaitAndNamesTheHolder) {
  write("1_a.sql", "SELECT pg_sleep(600);", "SELECT 1;");
  auto holder = start({"up"});
  await(
      "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600%' AND state = 'active' AND datname = current_database())");
  const auto waiter = run({"up", "--lock-wait", "300ms"});
  EXPECT_EQ(waiter.status, 6) << waiter.err;
  EXPECT_NE(waiter.err.find("pid "), std::string::npos) << waiter.err;
  EXPECT_NE(waiter.err.find("run 1"), std::string::npos) << waiter.err;
  holder.signal(SIGINT);
  EXPECT_EQ(holder.wait(), 1) << holder.printed();
}

// The killed runner's statement goes on in the server for a while. Fails when the lock does not
// live on the working connection: the second runner would then begin beside the ghost, and the
// insert would be there twice or fail.
TEST_F(Concurrency, AfterAKillTheNextRunnerDoesNotStartBesideTheGhost) {
  write(
      "1_a.sql",
      "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\nINSERT INTO a SELECT 1 FROM pg_sleep(3);",
      "DROP TABLE a;");
  auto killed = start({"up"});
  await(
      "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'INSERT INTO a SELECT%' AND state = 'active' AND datname = current_database())");
  killed.signal(SIGKILL);
  EXPECT_EQ(killed.wait(), 128 + SIGKILL);
  const auto next = run({"up"});
  EXPECT_EQ(next.status, 0) << next.err;
  EXPECT_EQ(value("SELECT count(*) FROM a"), "1");
  EXPECT_EQ(value("SELECT string_agg(outcome, ' ' ORDER BY id) FROM slipway.run"),
            "interrupted done");
}

TEST_F(Concurrency, AKillInsideATransactionLeavesNothingAndTheNextRunDoesItOnce) {
  write("1_a.sql", "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\nSELECT pg_sleep(600);",
        "DROP TABLE a;");
  auto killed = start({"up"});
  await(
      "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600%' AND state = 'active' AND datname = current_database())");
  killed.signal(SIGKILL);
  EXPECT_EQ(killed.wait(), 128 + SIGKILL);
  exec(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600%' AND datname = current_database()");
  await(
      "to_regclass('a') IS NULL AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600%' AND datname = current_database() AND pid <> pg_backend_pid())");
  write("1_a.sql", "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);", "DROP TABLE a;");
  EXPECT_EQ(run({"up"}).status, 0);
  EXPECT_EQ(value("SELECT count(*) FROM a"), "1");
}

// Fails when the leftover is not dropped before the statement is tried again.
TEST_F(Concurrency, AKillDuringAConcurrentIndexIsCleanedUpByTheNextRun) {
  exec("CREATE TABLE a (id int)");
  auto reader = connect();
  test::exec(reader, "BEGIN ISOLATION LEVEL REPEATABLE READ");
  test::exec(reader, "SELECT count(*) FROM a");
  write("1_i.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);", "DROP INDEX CONCURRENTLY a_id;");
  auto killed = start({"up"});
  // It waits for the reader's snapshot, with the index there and INVALID.
  await("EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('a_id') AND NOT indisvalid)");
  killed.signal(SIGKILL);
  killed.wait();
  exec(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND datname = current_database()");
  await(
      "NOT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND datname = current_database() AND pid <> pg_backend_pid())");
  EXPECT_EQ(value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass"), "f");
  test::exec(reader, "COMMIT");
  const auto next = run({"up"});
  EXPECT_EQ(next.status, 0) << next.err;
  EXPECT_EQ(value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass"), "t");
}

// Fails when what is under way counts as left half done before its runner has finished.
TEST_F(Concurrency, UpWaitsItsTurnBesideADownThatIsUnderWay) {
  write("1_a.sql", "CREATE TABLE a (id int);\nVACUUM a;",
        "VACUUM a;\nSELECT pg_sleep(2);\nDROP TABLE a;");
  ASSERT_EQ(run({"up"}).status, 0);
  auto down = start({"down"});
  await("EXISTS (SELECT FROM slipway.migration WHERE state = 'undoing')");
  const auto up = run({"up"});
  EXPECT_EQ(up.status, 0) << up.err;
  EXPECT_EQ(down.wait(), 0) << down.printed();
  EXPECT_EQ(value("SELECT to_regclass('a') IS NOT NULL"), "t");
  EXPECT_EQ(value("SELECT string_agg(kind || outcome, ' ' ORDER BY id) FROM slipway.run"),
            "updone downdone updone");
}

TEST_F(Concurrency, CtrlCCancelsOnTheServerAndSaysWhatIsThere) {
  write("1_a.sql", "CREATE TABLE a (id int);\nSELECT pg_sleep(600);", "DROP TABLE a;");
  auto running = start({"up"});
  await(
      "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600%' AND state = 'active' AND datname = current_database())");
  running.signal(SIGINT);
  EXPECT_EQ(running.wait(), 1);
  EXPECT_NE(running.printed().find("left nothing behind"), std::string::npos) << running.printed();
  EXPECT_EQ(
      value(
          "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600%' AND datname = current_database() AND state = 'active'"),
      "0");
  EXPECT_EQ(value("SELECT to_regclass('a') IS NULL"), "t");
}

// The server is frozen, so the cancel of the first Ctrl-C is not answered. Fails when ForcedStop is
// taken out.
TEST_F(Concurrency, ASecondCtrlCStopsAtOnce) {
  write("1_a.sql", "SELECT pg_sleep(600);", "SELECT 1;");
  auto running = start({"up"});
  await(
      "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600%' AND state = 'active' AND datname = current_database())");
  const auto backend = std::stoi(value(
      "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600%' AND state = 'active' AND datname = current_database()"));
  kill(backend, SIGSTOP);
  running.signal(SIGINT);
  running.signal(SIGTERM);
  const int status = running.wait();
  kill(backend, SIGCONT);
  EXPECT_EQ(status, 130) << running.printed();
  EXPECT_NE(running.printed().find("slipway status"), std::string::npos) << running.printed();
}

TEST_F(Concurrency, AServerThatGoesAwayInTheMiddleIsOneClearError) {
  write("1_a.sql", "CREATE TABLE a (id int);\nSELECT pg_sleep(600);", "DROP TABLE a;");
  auto running = start({"up"});
  await(
      "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600%' AND state = 'active' AND datname = current_database())");
  exec(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600%' AND state = 'active' AND datname = current_database() AND pid <> pg_backend_pid()");
  const int status = running.wait();
  EXPECT_TRUE(status == 7 || status == 1) << status << running.printed();
  EXPECT_NE(running.printed().find("state:"), std::string::npos) << running.printed();
  EXPECT_EQ(value("SELECT to_regclass('a') IS NULL"), "t");
}

} // namespace
} // namespace slipway
