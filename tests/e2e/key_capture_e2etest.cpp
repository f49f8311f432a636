#include "running_program.hpp"

#include <csignal>

namespace slipway {
namespace {

/// deploy.capture = trigger on a server that keeps no logical changes, killed where state changes
/// hands.
class KeyCaptureCommand : public test::RunnerTest {
protected:
  void SetUp() override {
    RunnerTest::SetUp();
    project_.write("slipway.toml",
                   "[backup]\nstore = \"backups\"\n[deploy]\ncapture = \"trigger\"\n");
    write("1_users.sql", "CREATE TABLE users (id bigint PRIMARY KEY, name text, age int);",
          "DROP TABLE users;");
    ASSERT_EQ(run({"up"}).status, 0);
    exec("INSERT INTO users SELECT n, 'u' || n, n FROM generate_series(1, 50) AS n");
    write("2_age.sql",
          "ALTER TABLE users DROP COLUMN age;\nALTER TABLE users RENAME name TO label;\n"
          "UPDATE users SET label = 'migrated' WHERE id = 1;",
          "SELECT 1;");
    exec("SELECT pg_sleep(1.1)");
    close_looker();
  }
  test::Ran run_until(const std::string& point, const std::vector<std::string>& arguments) {
    return test::slipway(arguments,
                         {.environment = {{"DATABASE_URL", url_}, {"SLIPWAY_CRASH_AT", point}},
                          .working_directory = project_.path(),
                          .input = {}});
  }
  std::string left() {
    return value("SELECT (SELECT count(*) FROM pg_trigger WHERE tgname ~ '^slipway_') + (SELECT "
                 "count(*) FROM pg_proc WHERE proname ~ '^capture_keys_')");
  }
};

// Fails when a deploy that died while it made its triggers leaves them to themselves: each write
// would be noted for ever.
TEST_F(KeyCaptureCommand, TheWatchdogTakesTheTriggersOfADeadDeployAway) {
  for (const auto* point : {"deploy.capture_noted", "deploy.capture_armed", "deploy.backed_up"}) {
    SCOPED_TRACE(point);
    const auto killed = run_until(point, {"deploy"});
    ASSERT_EQ(killed.status, 128 + SIGKILL) << killed.out << killed.err;
    await("NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid "
          "FROM pg_database WHERE datname = current_database()))");
    const auto seen = run({"doctor"});
    EXPECT_NE(seen.out.find("died or failed"), std::string::npos) << seen.out;
    close_looker();
    const auto within = run({"deploy", "watchdog"});
    EXPECT_NE(within.out.find("its deploy died"), std::string::npos) << within.out;
    const auto past = run({"deploy", "watchdog", "--grace", "0"});
    EXPECT_EQ(past.status, 0) << past.out << past.err;
    EXPECT_EQ(left(), "0");
    EXPECT_EQ(value("SELECT count(*) FROM slipway.capture"), "0");
    exec("SELECT pg_sleep(1.1)");
    close_looker();
  }
  // Without a row that says whose they are.
  const auto killed = run_until("deploy.backed_up", {"deploy"});
  ASSERT_EQ(killed.status, 128 + SIGKILL) << killed.out << killed.err;
  exec("DELETE FROM slipway.capture");
  await("NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid "
        "FROM pg_database WHERE datname = current_database()))");
  close_looker();
  const auto seen = run({"doctor"});
  EXPECT_NE(seen.out.find("triggers that belong to no deploy"), std::string::npos) << seen.out;
  const auto past = run({"deploy", "watchdog"});
  EXPECT_EQ(past.status, 0) << past.out << past.err;
  EXPECT_EQ(left(), "0");
}

// Fails when a rollback that was killed takes the migration's rows for the application's, or counts
// on a view of the one before it.
TEST_F(KeyCaptureCommand, ADeployThatDiedIsTakenBackFromItsKeysWhereverTheRollbackIsKilled) {
  std::int64_t run_number = 2;
  for (const auto* point : {"rollback.writes_replayed", "rollback.database_closed",
                            "rollback.swap_ready", "rollback.swapped"}) {
    SCOPED_TRACE(point);
    const auto died = run_until("deploy.migrated", {"deploy"});
    ASSERT_EQ(died.status, 128 + SIGKILL) << died.out << died.err;
    exec("INSERT INTO users VALUES (1000, 'new'); UPDATE users SET label = 'other' WHERE id = 7");
    close_looker();
    const auto killed = run_until(point, {"rollback", "--yes", "--path", "safe"});
    ASSERT_EQ(killed.status, 128 + SIGKILL) << killed.out << killed.err;
    if (std::string_view(point) == "rollback.writes_replayed") {
      exec("DELETE FROM users WHERE id = 1000; UPDATE users SET label = 'last' WHERE id = 7;"
           "INSERT INTO users VALUES (1001, 'new')");
      close_looker();
    }
    const auto again = run({"rollback", "--yes", "--path", "safe"});
    ASSERT_EQ(again.status, 0) << again.out << again.err;
    const bool later = std::string_view(point) == "rollback.writes_replayed";
    EXPECT_EQ(
        value("SELECT count(*) || ' ' || sum(age) || ' ' || string_agg(id || name, ' ' ORDER BY "
              "id) FILTER (WHERE id IN (1, 7) OR id > 999) FROM users"),
        later ? "51 1275 1u1 7last 1001new" : "51 1275 1u1 7other 1000new");
    EXPECT_EQ(value("SELECT count(*) FROM slipway.parked"), "0");
    EXPECT_EQ(left(), "0");
    const auto kept = run({"rollback", "cleanup", "--run", std::to_string(run_number), "--yes"});
    EXPECT_EQ(kept.status, 0) << kept.err;
    exec("DELETE FROM users WHERE id > 999; UPDATE users SET name = 'u7' WHERE id = 7;"
         "SELECT pg_sleep(1.1)");
    run_number = std::stoll(value("SELECT max(id) + 1 FROM slipway.run"));
    EXPECT_EQ(run({"deploy", "confirm"}).status, 0);
    close_looker();
  }
}

} // namespace
} // namespace slipway
