#include "project.hpp"

#include "slipway/app/deploy.hpp"
#include "slipway/locks/runner_lock.hpp"

#include <fstream>
#include <sstream>

namespace slipway {
namespace {

/// With hooks that write down that they ran, and with what.
class Deploy : public test::ProjectTest {
protected:
  void SetUp() override {
    ProjectTest::SetUp();
    keep_backups_in_a_folder();
    set("deploy.capture", "none");
    set("deploy.health_every", "10ms");
    set("deploy.health_within", "3s");
    for (const auto* hook : {"application", "previous_application", "alert"})
      set(std::string("deploy.") + hook, writes(hook));
    write("1_users.sql", "CREATE TABLE users (id bigint PRIMARY KEY, name text, age int);",
          "DROP TABLE users;");
    ASSERT_TRUE(up());
    exec("INSERT INTO users VALUES (1, 'ann', 30)");
    // Runs and backups are told apart by the second.
    exec("SELECT pg_sleep(1.1)");
  }

  std::string writes(const std::string& hook) const {
    return "sh,-c,echo " + hook + " $SLIPWAY_DEPLOY_OUTCOME >> " + folder_->path() + "/log";
  }
  std::string log() const {
    std::ifstream file(folder_->path() + "/log");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  Result<app::DeployReport> deploy() {
    close_looker();
    return with_context([](const app::Context& context) { return app::deploy(context); });
  }
  std::string versions() {
    return value("SELECT string_agg(version::text, ' ' ORDER BY version) FROM slipway.migration");
  }
};

TEST_F(Deploy, AppliesWhatIsPendingAfterABackupAndWaitsForHealth) {
  write("2_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
  set("deploy.health", "sh,-c,echo x >> " + folder_->path() + "/health; test $(wc -l < " +
                           folder_->path() + "/health) -gt 2");
  const auto report = deploy();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->backup);
  EXPECT_EQ(report->run.done.size(), 1U);
  EXPECT_EQ(report->health_checks, 5) << "two that fail, three in a row";
  EXPECT_EQ(log(), "application up\n");
}

TEST_F(Deploy, WhatCouldNotBeTakenBackIsSaidBeforehand) {
  write("2_b.sql", "CREATE TABLE b (id int PRIMARY KEY);\nALTER TABLE users DROP COLUMN age;",
        "DROP TABLE b;");
  close_looker();
  const auto seen =
      with_context([](const app::Context& context) { return app::look_before_deploy(context); });
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_EQ(seen->plan.steps.size(), 1U);
  EXPECT_EQ(seen->way_back.unreturnable.size(), 3U);
  EXPECT_EQ(versions(), "1") << "nothing was done";
  const auto report = deploy();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->outlook.unreturnable.size(), 3U);
  const auto notes = sink_.all<event::Note>();
  EXPECT_TRUE(std::any_of(notes.begin(), notes.end(), [](const event::Note& one) {
    return one.message ==
           "a rollback: parked: public.b: its rows: the old schema has no such table";
  }));
}

TEST_F(Deploy, WithNothingPendingThereIsNoBackup) {
  const auto report = deploy();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_FALSE(report->backup);
  EXPECT_EQ(log(), "application up\n") << "the application may be new all the same";
}

// Fails when the rollback is not made: the column would stay.
TEST_F(Deploy, AnApplicationThatIsNotHealthyTakesTheRunBack) {
  write("2_email.sql", "ALTER TABLE users ADD COLUMN email text;",
        "ALTER TABLE users DROP COLUMN email;");
  set("deploy.health", "sh,-c,test $SLIPWAY_DEPLOY_OUTCOME = rolled_back");
  set("deploy.health_within", "200ms");
  const auto report = deploy();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::rolled_back) << report.error().message;
  EXPECT_EQ(versions(), "1");
  EXPECT_EQ(log(), "application up\nprevious_application rolled_back\nalert rolled_back\n");
}

TEST_F(Deploy, WhatWasDestroyedComesBackFromItsBackup) {
  write("2_age.sql", "ALTER TABLE users DROP COLUMN age;", "ALTER TABLE users ADD COLUMN age int;");
  set("deploy.health", "sh,-c,test $SLIPWAY_DEPLOY_OUTCOME = rolled_back");
  set("deploy.health_within", "200ms");
  const auto report = deploy();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::rolled_back) << report.error().message;
  EXPECT_EQ(value("SELECT age FROM users"), "30");
}

// Fails when the newest run is taken back although it is an older deploy's.
TEST_F(Deploy, ARunThatLeftNothingTakesNothingOfOthersBack) {
  write("2_b.sql", "CREATE TABLE b (id int);\nSELECT 1 / 0;", "DROP TABLE b;");
  const auto report = deploy();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::sql) << report.error().message;
  EXPECT_EQ(versions(), "1");
  EXPECT_EQ(log(), "previous_application failed\nalert failed\n");
  // And one that never began is not there to be found.
  exec("SELECT pg_sleep(1.1)");
  auto session = connect();
  const auto lock =
      locks::RunnerLock::acquire(session, "slipway", Millis(0), sink_, test::long_wait());
  ASSERT_TRUE(lock) << lock.error().message;
  set("run.lock_wait", "0");
  const auto shut_out = deploy();
  ASSERT_FALSE(shut_out);
  EXPECT_EQ(shut_out.error().code, ErrorCode::lock_timeout) << shut_out.error().message;
}

TEST_F(Deploy, AHookThatFailsIsAFailedDeploy) {
  write("2_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
  set("deploy.application", "sh,-c,echo no such image >&2; exit 3");
  const auto report = deploy();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::rolled_back);
  EXPECT_NE(report.error().message.find("no such image"), std::string::npos)
      << report.error().message;
  EXPECT_EQ(versions(), "1");
}

} // namespace
} // namespace slipway
