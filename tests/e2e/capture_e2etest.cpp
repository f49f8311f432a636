#include "running_program.hpp"

#include "slipway/base/sql_text.hpp"

#include <csignal>
#include <fmt/format.h>

namespace slipway {
namespace {

/// Deploys on a server that keeps logical changes, killed where state changes hands.
class CaptureCommand : public test::RunnerTest {
protected:
  static void SetUpTestSuite() {
    auto options = test::server_options();
    options.settings["wal_level"] = "logical";
    options.settings["max_slot_wal_keep_size"] = "1GB";
    auto cluster = pg::Cluster::start(options, test::long_wait());
    if (!cluster) throw std::runtime_error(cluster.error().message);
    logical_ = std::make_unique<test::TestServer>(std::move(*cluster));
  }
  static void TearDownTestSuite() { logical_.reset(); }

  void SetUp() override {
    RunnerTest::SetUp();
    url_ = logical_->fresh_database();
    project_.write("slipway.toml", "[backup]\nstore = \"backups\"\n");
    write("1_users.sql", "CREATE TABLE users (id bigint PRIMARY KEY, name text, age int);",
          "DROP TABLE users;");
    ASSERT_EQ(run({"up"}).status, 0);
    exec("INSERT INTO users SELECT n, 'u' || n, n FROM generate_series(1, 50) AS n");
    write("2_age.sql",
          "ALTER TABLE users DROP COLUMN age;\nALTER TABLE users RENAME name TO label;",
          "ALTER TABLE users RENAME label TO name;\nALTER TABLE users ADD COLUMN age int;");
    exec("SELECT pg_sleep(1.1)");
    close_looker();
  }
  test::Ran run_until(const std::string& point, const std::vector<std::string>& arguments) {
    return test::slipway(arguments,
                         {.environment = {{"DATABASE_URL", url_}, {"SLIPWAY_CRASH_AT", point}},
                          .working_directory = project_.path(),
                          .input = {}});
  }
  std::string slots() {
    return value("SELECT count(*) FROM pg_replication_slots WHERE slot_name ~ '^slipway_' AND "
                 "(database = current_database() OR database ~ '__broken_')");
  }

  std::string databases_beside() {
    auto session = connect();
    return test::value(session,
                       "SELECT count(*) FROM pg_database WHERE pg_catalog.starts_with(datname, "
                       "pg_catalog.current_database() || '__warm')");
  }

  static std::unique_ptr<test::TestServer> logical_;
};
std::unique_ptr<test::TestServer> CaptureCommand::logical_;

// Fails when what a deploy that died left behind is not found by its name, or is in the next one's
// way.
TEST_F(CaptureCommand, ADeployThatDiesIsNamedAndTheNextOneGoesOn) {
  for (const auto* point : {"deploy.capture_noted", "deploy.capture_armed", "backup.schema_stored",
                            "deploy.backed_up"}) {
    SCOPED_TRACE(point);
    const auto killed = run_until(point, {"deploy"});
    ASSERT_EQ(killed.status, 128 + SIGKILL) << killed.out << killed.err;
    const auto seen = run({"doctor"});
    EXPECT_NE(seen.out.find("died or failed"), std::string::npos) << seen.out;
    exec("SELECT pg_sleep(1.1)");
    close_looker();
  }
  const auto killed = run_until("deploy.capture_slot_dropped", {"deploy", "confirm"});
  EXPECT_EQ(killed.status, 128 + SIGKILL) << killed.out << killed.err;
  const auto again = run({"deploy"});
  ASSERT_EQ(again.status, 0) << again.out << again.err;
  EXPECT_NE(again.out.find("stays armed"), std::string::npos) << again.out;
  EXPECT_EQ(slots(), "1");
  const auto confirmed = run({"deploy", "confirm", "--json"});
  EXPECT_EQ(confirmed.status, 0) << confirmed.err;
  EXPECT_NE(confirmed.out.find("slipway_"), std::string::npos) << confirmed.out;
  EXPECT_EQ(slots(), "0");
  EXPECT_EQ(value("SELECT count(*) FROM pg_publication"), "0");
}

// What is written to a column that the migration drops is known to the slot alone. Fails when a
// rollback that was killed replays from the start onto a copy that has it, or compares instead.
TEST_F(CaptureCommand, ADeployThatDiedIsTakenBackFromItsSlotWhereverTheRollbackIsKilled) {
  std::int64_t run_number = 2;
  for (const auto* point : {"rollback.writes_replayed", "rollback.database_closed",
                            "rollback.swap_ready", "rollback.swapped"}) {
    SCOPED_TRACE(point);
    const auto backed_up = run_until("deploy.migrated", {"deploy"});
    ASSERT_EQ(backed_up.status, 128 + SIGKILL) << backed_up.out << backed_up.err;
    exec("INSERT INTO users VALUES (1000, 'new'); UPDATE users SET label = 'other' WHERE id = 7");
    close_looker();
    const auto killed = run_until(point, {"rollback", "--yes"});
    ASSERT_EQ(killed.status, 128 + SIGKILL) << killed.out << killed.err;
    const auto again = run({"rollback", "--yes"});
    ASSERT_EQ(again.status, 0) << again.out << again.err;
    EXPECT_EQ(value("SELECT count(*) || ' ' || sum(age) || ' ' || string_agg(name, ' ' ORDER BY "
                    "id) FILTER (WHERE id IN (7, 1000)) FROM users"),
              "51 1275 other new");
    EXPECT_EQ(value("SELECT count(*) FROM slipway.parked"), "0");
    const auto kept = run({"rollback", "cleanup", "--run", std::to_string(run_number), "--yes"});
    EXPECT_EQ(kept.status, 0) << kept.err;
    exec("DELETE FROM users WHERE id = 1000; UPDATE users SET name = 'u7' WHERE id = 7;"
         "SELECT pg_sleep(1.1)");
    run_number = std::stoll(value("SELECT max(id) + 1 FROM slipway.run"));
    EXPECT_EQ(run({"deploy", "confirm"}).status, 0);
    EXPECT_EQ(slots(), "0");
    close_looker();
  }
}

// Half a copy has another name than a whole one; both are found.
TEST_F(CaptureCommand, WhatADeployLeavesThatDiesWhileItMakesItsCopyIsDropped) {
  for (const auto* point : {"restore.created", "restore.finished", "deploy.copy_kept"}) {
    SCOPED_TRACE(point);
    const auto killed = run_until(point, {"deploy", "--capture", "warm"});
    ASSERT_EQ(killed.status, 128 + SIGKILL) << killed.out << killed.err;
    EXPECT_EQ(databases_beside(), "1");
    const auto confirmed = run({"deploy", "confirm"});
    ASSERT_EQ(confirmed.status, 0) << confirmed.out << confirmed.err;
    EXPECT_EQ(databases_beside(), "0");
    EXPECT_EQ(slots(), "0");
    exec("SELECT pg_sleep(1.1)");
    close_looker();
  }
}

// Killed in its bake, so that nobody will confirm it. Fails when a deploy that lives is taken for a
// dead one (is_deploy_under_way), and when the sign of life is left out of the reckoning.
TEST_F(CaptureCommand, TheWatchdogDropsWhatADeadDeployLeftOnceItsGraceIsOver) {
  auto deploying = start({"deploy", "--capture", "warm", "--bake", "1h"});
  await("EXISTS (SELECT FROM pg_replication_slots WHERE slot_name ~ '_warm$')");
  await("EXISTS (SELECT FROM slipway.capture WHERE stage = 'deployed')");
  close_looker();
  const auto living = run({"deploy", "watchdog", "--grace", "0"});
  EXPECT_EQ(living.status, 0) << living.out << living.err;
  EXPECT_NE(living.out.find("its deploy is under way"), std::string::npos) << living.out;
  deploying.signal(SIGKILL);
  EXPECT_EQ(deploying.wait(), 128 + SIGKILL);
  // The server notices a moment later.
  await("NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory')");
  close_looker();
  const auto within = run({"deploy", "watchdog"});
  EXPECT_EQ(within.status, 0) << within.out << within.err;
  EXPECT_NE(within.out.find("nobody has confirmed the deploy yet"), std::string::npos)
      << within.out;
  EXPECT_EQ(slots(), "2");
  EXPECT_EQ(databases_beside(), "1");
  const auto past = run({"deploy", "watchdog", "--grace", "0", "--json"});
  EXPECT_EQ(past.status, 0) << past.out << past.err;
  EXPECT_NE(past.out.find("__warm_"), std::string::npos) << past.out;
  EXPECT_EQ(slots(), "0");
  EXPECT_EQ(databases_beside(), "0");
  EXPECT_EQ(value("SELECT count(*) FROM slipway.capture"), "0");
  EXPECT_EQ(value("SELECT count(*) FROM pg_publication"), "0");
  const auto nothing = run({"deploy", "watchdog"});
  EXPECT_NE(nothing.out.find("nothing is armed"), std::string::npos) << nothing.out;
}

// A deploy that died between its backup and its end leaves a run to be taken back: how long it has
// been dead nobody knows, so the grace begins when that is first seen. Fails when it is reckoned
// from the arming, and when a rollback that was begun does not keep the slot.
TEST_F(CaptureCommand, TheWatchdogLeavesARollbackItsSlot) {
  const auto died = run_until("deploy.migrated", {"deploy"});
  ASSERT_EQ(died.status, 128 + SIGKILL) << died.out << died.err;
  exec("UPDATE slipway.capture SET begun_at = now() - interval '9 h', stage_at = now() - interval "
       "'9 h'; INSERT INTO users VALUES (1000, 'new')");
  close_looker();
  const auto seen = run({"deploy", "watchdog", "--grace", "1h"});
  EXPECT_NE(seen.out.find("its deploy died"), std::string::npos) << seen.out;
  EXPECT_EQ(slots(), "1");
  const auto killed = run_until("rollback.writes_replayed", {"rollback", "--yes"});
  ASSERT_EQ(killed.status, 128 + SIGKILL) << killed.out << killed.err;
  await("NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory')");
  exec("UPDATE slipway.capture SET abandoned_at = now() - interval '9 h'");
  close_looker();
  const auto open = run({"deploy", "watchdog", "--grace", "1h"});
  EXPECT_NE(open.out.find("a rollback over it was begun"), std::string::npos) << open.out;
  EXPECT_EQ(slots(), "2") << "one that the rollback goes on from";
  close_looker();
  const auto back = run({"rollback", "--yes"});
  ASSERT_EQ(back.status, 0) << back.out << back.err;
  EXPECT_EQ(value("SELECT count(*) || ' ' || sum(age) FROM users"), "51 1275");
  EXPECT_EQ(slots(), "0");
}

// The rows are in the copy, and the follower does not know it yet.
TEST_F(CaptureCommand, ADeployThatDiesWhileItKeepsItsCopyInStepIsTakenBackOverIt) {
  std::int64_t run_number = 2;
  for (const auto* point : {"deploy.copy_followed", "deploy.copy_followed:3"}) {
    SCOPED_TRACE(point);
    const auto killed = run_until(point, {"deploy", "--capture", "warm", "--bake", "1h"});
    ASSERT_EQ(killed.status, 128 + SIGKILL) << killed.out << killed.err;
    exec("INSERT INTO users VALUES (1000, 'new'); UPDATE users SET label = 'other' WHERE id = 7");
    close_looker();
    const auto seen = run({"doctor"});
    EXPECT_NE(seen.out.find("nobody keeps in step now"), std::string::npos) << seen.out;
    const auto back = run({"rollback", "--yes", "--path", "safe"});
    ASSERT_EQ(back.status, 0) << back.out << back.err;
    EXPECT_NE(back.err.find("kept in step already"), std::string::npos) << back.err;
    EXPECT_EQ(value("SELECT count(*) || ' ' || sum(age) || ' ' || string_agg(name, ' ' ORDER BY "
                    "id) FILTER (WHERE id IN (7, 1000)) FROM users"),
              "51 1275 other new");
    EXPECT_EQ(databases_beside(), "0");
    EXPECT_EQ(slots(), "0");
    const auto kept = run({"rollback", "cleanup", "--run", std::to_string(run_number), "--yes"});
    EXPECT_EQ(kept.status, 0) << kept.err;
    exec("DELETE FROM users WHERE id = 1000; UPDATE users SET name = 'u7' WHERE id = 7;"
         "SELECT pg_sleep(1.1)");
    run_number = std::stoll(value("SELECT max(id) + 1 FROM slipway.run"));
    close_looker();
  }
}

} // namespace
} // namespace slipway
