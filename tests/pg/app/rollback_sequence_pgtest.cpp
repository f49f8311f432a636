// What stands around the path of a rollback: hooks, clock, journal of steps.
#include "project.hpp"

#include "slipway/app/backup.hpp"
#include "slipway/app/rollback.hpp"

#include <fmt/format.h>
#include <fstream>
#include <sstream>

namespace slipway {
namespace {

using rollback::Path;

/// With hooks that write down that they ran, and with what.
class RollbackSequence : public test::ProjectTest {
protected:
  void SetUp() override {
    ProjectTest::SetUp();
    keep_backups_in_a_folder();
    set("deploy.health_every", "10ms");
    set("deploy.health_within", "300ms");
    set("deploy.health_times", "1");
    for (const auto* hook : {"rollback.freeze", "rollback.stop", "deploy.previous_application",
                             "deploy.health", "rollback.unfreeze"})
      set(hook, writes(hook));
    write("1_users.sql", "CREATE TABLE users (id bigint PRIMARY KEY, age int);",
          "DROP TABLE users;");
    ASSERT_TRUE(up());
    exec("INSERT INTO users VALUES (1, 30)");
  }

  std::string writes(const std::string& hook) const {
    return "sh,-c,echo " + hook + " $SLIPWAY_DEPLOY_OUTCOME >> " + folder_->path() + "/log";
  }
  /// What the hooks wrote since the last time.
  std::string log() const {
    const auto path = folder_->path() + "/log";
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    std::ofstream(path, std::ios::trunc);
    return text.str();
  }
  void add_column() {
    write("2_email.sql", "ALTER TABLE users ADD COLUMN email text;",
          "ALTER TABLE users DROP COLUMN email;");
    ASSERT_TRUE(up());
  }
  void back_up() {
    // Runs and backups are told apart by the second.
    exec("SELECT pg_sleep(1.1)");
    close_looker();
    const auto made =
        with_context([](const app::Context& context) { return app::create_backup(context, {}); });
    ASSERT_TRUE(made) << made.error().message;
    exec("SELECT pg_sleep(1.1)");
  }
  Result<app::RollbackOutlook> look() {
    auto outlook = with_context(
        [](const app::Context& context) { return app::look_at_rollback(context, {}); });
    (void)log();
    return outlook;
  }
  Result<app::RollbackReport> roll_back() {
    close_looker();
    const auto outlook = look();
    if (!outlook) return fail(outlook.error());
    return with_context(
        [&](const app::Context& context) { return app::roll_back(context, *outlook); });
  }
  std::string journal() {
    return value("SELECT string_agg(step || ' ' || state, ', ' ORDER BY id) FROM "
                 "slipway.rollback_step WHERE run = 2");
  }
  std::string columns() {
    return value("SELECT string_agg(attname, ' ' ORDER BY attname) FROM pg_attribute WHERE "
                 "attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped");
  }
};

TEST_F(RollbackSequence, TheProjectsProgramsStandAroundThePath) {
  add_column();
  const auto report = roll_back();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->proven);
  EXPECT_EQ(columns(), "age id");
  EXPECT_EQ(log(), "rollback.freeze rolling_back\nrollback.stop rolling_back\n"
                   "deploy.previous_application rolled_back\ndeploy.health rolled_back\n"
                   "rollback.unfreeze rolled_back\n");
  EXPECT_EQ(journal(), "freeze done, stop done, fast path done, previous version done, health "
                       "done, unfreeze done, end done");
  EXPECT_EQ(report->health_checks, 1);
  const auto steps = sink_.all<event::StepStarted>();
  ASSERT_EQ(steps.size(), 6U);
  EXPECT_EQ(steps[2].step, "fast path");
  EXPECT_EQ(steps[2].index, 3);
  EXPECT_EQ(steps[2].total, 6);
  EXPECT_EQ(steps[2].budget_ms, 15 * 60 * 1000);
  EXPECT_EQ(sink_.all<event::StepFinished>().size(), 6U);
}

TEST_F(RollbackSequence, WithoutProgramsThereIsThePathAlone) {
  for (const auto* hook :
       {"rollback.freeze", "rollback.stop", "deploy.previous_application", "rollback.unfreeze"})
    flags_.erase(hook);
  add_column();
  const auto report = roll_back();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(log(), "") << "what runs now was not brought by a rollback";
  EXPECT_EQ(journal(), "fast path done, end done");
}

TEST_F(RollbackSequence, WhetherTheApplicationIsWellIsSaidBeforehand) {
  add_column();
  EXPECT_EQ(look()->application, "healthy");
  set("deploy.health", "sh,-c,echo 503 >&2; exit 1");
  EXPECT_EQ(look()->application, "not healthy: ended with status 1: 503");
}

TEST_F(RollbackSequence, AProgramBeforeThePathThatFailsHoldsNothingUp) {
  set("rollback.stop", "false");
  add_column();
  const auto report = roll_back();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(columns(), "age id");
  EXPECT_EQ(sink_.all<event::Warning>().size(), 1U);
  EXPECT_EQ(journal().substr(0, 25), "freeze done, stop failed,");
}

// Fails when what is left is not looked for: the second call then has nothing to do.
TEST_F(RollbackSequence, RunAgainItGoesOnWhereTheApplicationDidNotComeBack) {
  add_column();
  set("deploy.previous_application", "false");
  const auto report = roll_back();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::part_way);
  EXPECT_NE(report.error().database_state.find("the database is as it was before run 2"),
            std::string::npos);
  EXPECT_EQ(columns(), "age id");
  set("deploy.previous_application", writes("deploy.previous_application"));
  const auto outlook = look();
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->decision.path, Path::none);
  EXPECT_EQ(outlook->left_over,
            (std::vector<std::string>{"previous version", "health", "unfreeze"}));
  EXPECT_GT(outlook->passed.count(), 0) << "the clock goes on";
  const auto again = roll_back();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(log(), "deploy.previous_application rolled_back\ndeploy.health rolled_back\n"
                   "rollback.unfreeze rolled_back\n");
  EXPECT_TRUE(look()->left_over.empty());
}

// Fails when an unhealthy application is let back in.
TEST_F(RollbackSequence, NobodyIsLetInBeforeTheApplicationIsHealthy) {
  add_column();
  set("deploy.health", "false");
  const auto report = roll_back();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::part_way);
  EXPECT_EQ(log(), "rollback.freeze rolling_back\nrollback.stop rolling_back\n"
                   "deploy.previous_application rolled_back\n");
}

// Fails when the steps stay with the database that is swapped away.
TEST_F(RollbackSequence, TheJournalComesAlongOverTheSafePath) {
  back_up();
  write("2_email.sql", "ALTER TABLE users ADD COLUMN email text;",
        "ALTER TABLE users DROP COLUMN mail;");
  ASSERT_TRUE(up());
  exec("INSERT INTO users VALUES (2, 31, 'b@example.org')");
  const auto report = roll_back();
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_TRUE(report->safe);
  EXPECT_EQ(journal(), "freeze done, stop done, fast path failed, safe path done, previous version "
                       "done, health done, unfreeze done, set aside done, end done");
  EXPECT_EQ(value("SELECT count(*) FROM users"), "2");
  ASSERT_EQ(report->steps.size(), 8U);
  EXPECT_FALSE(report->steps[2].done);
}

TEST_F(RollbackSequence, WhatStaysInForceAfterAPathThatFailedIsSaid) {
  write("2_email.sql", "ALTER TABLE users ADD COLUMN email text;",
        "ALTER TABLE users DROP COLUMN mail;");
  ASSERT_TRUE(up());
  const auto report = roll_back();
  ASSERT_FALSE(report);
  ASSERT_FALSE(report.error().notes.empty());
  EXPECT_EQ(report.error().notes.back(), "still in force: freeze, stop");
  EXPECT_EQ(log(), "rollback.freeze rolling_back\nrollback.stop rolling_back\n");
}

TEST_F(RollbackSequence, ABudgetThatIsOverIsSaidOnceAndEndsNothing) {
  set("rollback.budget", "1ms");
  set("rollback.freeze", "sleep,0.02");
  add_column();
  ASSERT_TRUE(roll_back());
  const auto warnings = sink_.all<event::Warning>();
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].message, "the time that rollback.budget gives is over");
}

} // namespace
} // namespace slipway
