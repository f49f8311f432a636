#include "running_program.hpp"

#include <csignal>

namespace slipway {
namespace {

/// A run that dropped a column, and a backup from before it.
class RollbackCommand : public test::RunnerTest {
protected:
  void SetUp() override {
    RunnerTest::SetUp();
    project_.write("slipway.toml", "[backup]\nstore = \"backups\"\n");
    write("1_users.sql", "CREATE TABLE users (id bigint PRIMARY KEY, name text, age int);",
          "DROP TABLE users;");
    ASSERT_EQ(run({"up"}).status, 0);
    exec("INSERT INTO users SELECT n, 'u' || n, n FROM generate_series(1, 50) AS n");
  }
  void back_up() {
    const auto made = run({"backup", "create"});
    ASSERT_EQ(made.status, 0) << made.err;
    exec("SELECT pg_sleep(1.1)");
  }
  void break_it() {
    write("2_age.sql",
          "ALTER TABLE users DROP COLUMN age;\nALTER TABLE users RENAME name TO label;",
          "ALTER TABLE users RENAME label TO name;\nALTER TABLE users ADD COLUMN age int;");
    ASSERT_EQ(run({"up"}).status, 0);
    exec("INSERT INTO users VALUES (1000, 'new'); UPDATE users SET label = 'other' WHERE id = 7");
    close_looker();
  }
  test::Ran run_until(const std::string& point, const std::vector<std::string>& arguments) {
    return test::slipway(arguments,
                         {.environment = {{"DATABASE_URL", url_}, {"SLIPWAY_CRASH_AT", point}},
                          .working_directory = project_.path(),
                          .input = {}});
  }
  std::string users() {
    return value("SELECT count(*) || ' ' || sum(age) || ' ' || string_agg(name, ' ' ORDER BY id) "
                 "FILTER (WHERE id IN (7, 1000)) FROM users");
  }
};

// Every place where state changes hands, killed there, and done again. Fails when a database that
// was left closed is not opened, or a whole copy is not gone on with.
TEST_F(RollbackCommand, KilledAnywhereOnTheSafePathAndRunAgainItEndsWell) {
  back_up();
  std::int64_t run_number = 2;
  for (const auto* point :
       {"restore.created", "restore.loaded", "restore.finished", "rollback.database_closed",
        "rollback.swap_ready", "rollback.swapped"}) {
    SCOPED_TRACE(point);
    break_it();
    const auto killed = run_until(point, {"rollback", "--yes"});
    ASSERT_EQ(killed.status, 128 + SIGKILL) << killed.out << killed.err;
    const auto again = run({"rollback", "--yes"});
    ASSERT_EQ(again.status, 0) << again.out << again.err;
    EXPECT_EQ(users(), "51 1275 other new");
    const auto kept = run({"rollback", "cleanup", "--run", std::to_string(run_number), "--yes"});
    EXPECT_EQ(kept.status, 0) << kept.err;
    // As it was, for the next round; two more rows in the history for each.
    exec("DELETE FROM users WHERE id = 1000; UPDATE users SET name = 'u7' WHERE id = 7");
    run_number = std::stoll(value("SELECT max(id) + 1 FROM slipway.run"));
    close_looker();
  }
}

TEST_F(RollbackCommand, WhatIsParkedIsShownAndMadeAgain) {
  write("2_more.sql",
        "ALTER TABLE users ADD COLUMN email text;\nCREATE TABLE orders (id int PRIMARY KEY);",
        "DROP TABLE orders;\nALTER TABLE users DROP COLUMN email;");
  ASSERT_EQ(run({"up"}).status, 0);
  exec("INSERT INTO orders VALUES (1), (2); UPDATE users SET email = 'e' WHERE id = 3");
  close_looker();
  const auto back = run({"rollback", "--yes"});
  ASSERT_EQ(back.status, 0) << back.err;
  EXPECT_NE(back.out.find("parked   2 rows of \"public\".\"orders\""), std::string::npos)
      << back.out;
  const auto shown = run({"rollback", "parked", "--rows", "1"});
  ASSERT_EQ(shown.status, 0) << shown.err;
  EXPECT_NE(shown.out.find("the old schema has no column email"), std::string::npos) << shown.out;
  const auto early = run({"rollback", "parked", "--reapply", "--yes"});
  EXPECT_EQ(early.status, 3) << early.out << early.err;
  EXPECT_NE(early.out.find("there is no such table"), std::string::npos) << early.out;
  ASSERT_EQ(run({"up"}).status, 0);
  const auto again = run({"rollback", "parked", "--reapply", "--yes", "--json"});
  ASSERT_EQ(again.status, 0) << again.out << again.err;
  EXPECT_NE(again.out.find("\"made\": 3"), std::string::npos) << again.out;
  EXPECT_EQ(value("SELECT (SELECT count(*) FROM orders) || ' ' || email FROM users WHERE id = 3"),
            "2 e");
  EXPECT_EQ(run({"rollback", "parked"}).out, "nothing is parked\n");
}

TEST_F(RollbackCommand, TheNameOfTheDatabaseIsAskedForAndTheDocumentSaysAll) {
  write("2_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
  ASSERT_EQ(run({"up"}).status, 0);
  const auto asked = run({"rollback"});
  EXPECT_EQ(asked.status, 2) << asked.err;
  EXPECT_NE(asked.err.find("--yes"), std::string::npos) << asked.err;
  const auto seen = run({"rollback", "--dry-run", "--json"});
  EXPECT_EQ(seen.status, 0) << seen.err;
  EXPECT_NE(seen.out.find("\"path\": \"fast\""), std::string::npos) << seen.out;
  const auto done = run({"rollback", "--yes", "--json"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_NE(done.out.find("\"proven\": true"), std::string::npos) << done.out;
  EXPECT_EQ(value("SELECT to_regclass('b') IS NULL"), "t");
}

TEST_F(RollbackCommand, WithoutABackupWhatWasDestroyedIsForAPerson) {
  break_it();
  const auto ran = run({"rollback", "--yes"});
  EXPECT_EQ(ran.status, 3) << ran.out << ran.err;
  EXPECT_NE(ran.out.find("column public.users.age"), std::string::npos) << ran.out;
}

} // namespace
} // namespace slipway
