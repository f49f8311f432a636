// The copy that a deploy keeps in step: in step under writes, gone back to, lost, altered, left
// behind.
#include "capture_project.hpp"

#include "slipway/app/postmortem.hpp"
#include "slipway/app/rollback_forecast.hpp"
#include "slipway/pg/other_database.hpp"

#include <functional>
#include <thread>

namespace slipway {
namespace {

class WarmCopy : public test::CaptureProjectTest {
protected:
  void SetUp() override {
    CaptureProjectTest::SetUp();
    set("deploy.capture", "warm");
    set("deploy.health_every", "20ms");
    database_ = value("SELECT current_database()");
    write("2_break.sql", test::k_breaking_migration, "SELECT 1;");
  }

  /// A deploy that bakes on a thread of its own until `meanwhile` is done.
  void while_baking(const std::function<void(const std::string& copy)>& meanwhile) {
    set("deploy.bake", "1h");
    StopSignal stop;
    stop_ = &stop;
    Result<app::DeployReport> report = fail(ErrorCode::usage, "not begun");
    close_looker();
    std::thread deploying([&] {
      report = with_context([](const app::Context& context) { return app::deploy(context); });
    });
    const auto name = database_ + "__warm_1";
    EXPECT_TRUE(await("SELECT count(*) FROM pg_stat_activity WHERE application_name ~ 'slipway' "
                      "AND datname = '" +
                          name + "'",
                      "1"));
    meanwhile(name);
    stop.request();
    deploying.join();
    stop_ = nullptr;
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::cancelled) << report.error().message;
  }
  bool await(const std::string& question, const std::string& answer) {
    return await_in(database_, question, answer);
  }
  /// Connects anew each time: nobody may be in the way of a rename.
  bool await_in(const std::string& name, const std::string& question, const std::string& answer) {
    const auto wait = test::long_wait();
    while (!wait.deadline.passed()) {
      if (value_in(name, question) == answer) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  std::string value_in(const std::string& name, const std::string& question) {
    const auto options = pg::other_database({.connection_string = url_}, name);
    if (!options) return options.error().message;
    auto session = pg::Session::open(*options, test::long_wait());
    if (!session) return session.error().message;
    const auto rows = session->query(SqlText(question), {}, test::long_wait());
    if (!rows) return rows.error().message;
    return rows->size() == 0 || rows->is_null(0, 0) ? "" : std::string(rows->text(0, 0));
  }
  /// The answer of the decision tree.
  std::string branch(const std::string& question) {
    close_looker();
    const auto outlook = with_context(
        [](const app::Context& context) { return app::look_at_rollback(context, {}); });
    if (!outlook) return outlook.error().message;
    for (const auto& one : outlook->decision.branches)
      if (one.question == question) return one.answer;
    return "not asked";
  }
  /// Copies, half made ones, slots, publications, records, marks.
  std::string left() {
    return value("SELECT (SELECT count(*) FROM pg_database WHERE datname LIKE '" + database_ +
                 "\\_\\_warm%' OR datname LIKE '" + database_ +
                 "\\_\\_pre%') || ' ' || (SELECT count(*) FROM pg_replication_slots) || ' ' || "
                 "(SELECT count(*) FROM pg_publication) || ' ' || (SELECT count(*) FROM "
                 "slipway.capture) || ' ' || (SELECT count(*) FROM pg_db_role_setting AS s JOIN "
                 "pg_database AS d ON d.oid = setdatabase, unnest(setconfig) AS c WHERE c LIKE "
                 "'slipway.copy%' AND d.datname LIKE '" +
                 database_ + "%')");
  }
  void write_later() {
    exec("INSERT INTO users (id, a, age) VALUES (200, 'later', 7), (201, 'large', 5000000000);"
         "UPDATE users SET a = 'changed', b = 'too' WHERE id = 10; DELETE FROM users WHERE id = 8;"
         "INSERT INTO lines VALUES ('two')");
  }
  void expect_back() {
    EXPECT_EQ(value("SELECT count(*) || ' ' || count(note) FROM users"), "20 19");
    EXPECT_EQ(value("SELECT a || ' ' || b || ' ' || age || ' ' || note FROM users WHERE id = 10"),
              "too changed 10 old");
    EXPECT_EQ(value("SELECT b || ' ' || age FROM users WHERE id = 200"), "later 7");
    EXPECT_EQ(value("SELECT age FROM users WHERE id = 1"), "1") << "the migration's own";
    EXPECT_EQ(value("SELECT count(*) FROM users WHERE id IN (5, 8, 99, 201)"), "1");
    EXPECT_EQ(value("SELECT string_agg(key->>'id', ',') FROM slipway.parked"), "201");
    EXPECT_EQ(value("SELECT count(*) FROM lines"), "3");
    EXPECT_EQ(left(), "0 0 0 0 0");
  }

  std::string database_;
};

// Fails when the follower is read without what the beginning of the stream said: columns that
// swapped names after it was moved on are taken for each other.
TEST_F(WarmCopy, IsInStepWithWhatIsWrittenAndGoneBackTo) {
  while_baking([&](const std::string& copy) {
    for (int round = 1; round <= 5; ++round) {
      exec(fmt::format(
          "SET synchronous_commit = on; INSERT INTO users (id, a, b) SELECT n, 'second' || n, 'first' || n FROM "
          "generate_series({0}, {0} + 99) AS n; UPDATE users SET age = 5 WHERE id = "
          "{0}; DELETE FROM users WHERE id = {0} + 1",
          1000 * round));
      EXPECT_TRUE(await_in(copy,
                           fmt::format("SELECT count(*) || ' ' || sum(age) || ' ' || min(a) || ' ' "
                                       "|| min(b) FROM users WHERE id >= {}",
                                       1000 * round),
                           fmt::format("99 5 first{0} second{0}", 1000 * round)))
          << value_in(copy, "SELECT count(*) || ' ' || min(a) FROM users");
    }
    EXPECT_NE(diagnosis().find("kept in step"), std::string::npos) << diagnosis();
    close_looker();
  });
  EXPECT_NE(said().find("the copy is in step"), std::string::npos) << said();
  EXPECT_NE(diagnosis().find("nobody keeps in step now"), std::string::npos) << diagnosis();
  EXPECT_EQ(value("SELECT count(*) FROM pg_replication_slots"), "2");
  exec("SET synchronous_commit = on; DELETE FROM users WHERE id >= 1000");
  write_later();
  const auto forecast =
      with_context([](const app::Context& context) { return app::forecast_rollback(context, 0); });
  ASSERT_TRUE(forecast) << forecast.error().message;
  EXPECT_EQ(forecast->copy, database_ + "__warm_1");
  EXPECT_EQ(forecast->rows, 5 * 99 + 4) << "only what the copy lacks";
  EXPECT_GT(forecast->behind, 0);
  EXPECT_EQ(branch("is there a copy with the old schema?"),
            "yes, " + database_ + "__warm_1: nothing is restored");
  const auto back = roll_back();
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_NE(said().find("which is kept in step already"), std::string::npos) << said();
  EXPECT_TRUE(back->safe->over_kept_copy);
  const auto told =
      with_context([](const app::Context& context) { return app::look_into(context, 2); });
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_NE(app::postmortem_text(*told).find("over the copy that the deploy had made"),
            std::string::npos)
      << app::postmortem_text(*told);
  EXPECT_EQ(back->safe->replayed->rows, 5 * 99 + 4);
  expect_back();
}

// What was altered in the copy has left no trace in any stream: only the comparison of all rows
// sees it.
TEST_F(WarmCopy, ACopyThatWasAlteredByHandIsFound) {
  const auto report = deploy();
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->copy, database_ + "__warm_1") << said();
  value_in(report->copy, "UPDATE users SET a = 'altered' WHERE id = 7");
  const auto back = roll_back();
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, ErrorCode::check_failed) << back.error().message;
  EXPECT_FALSE(back.error().notes.empty());
  EXPECT_EQ(value("SELECT count(*) FROM users"), "20") << "open, and as it was";
}

TEST_F(WarmCopy, ACopyThatIsLostIsMadeAgainFromTheBackup) {
  const auto report = deploy();
  ASSERT_TRUE(report) << report.error().message;
  write_later();
  exec("DROP DATABASE " + report->copy);
  EXPECT_EQ(branch("is there a copy with the old schema?"), "not asked");
  EXPECT_EQ(branch("is what was written since it kept?"), "yes, by the slot " + report->capture);
  const auto back = roll_back();
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_NE(said().find("restoring the backup"), std::string::npos) << said();
  expect_back();
}

// A name alone makes no database ours.
TEST_F(WarmCopy, ConfirmingDropsWhatIsOursAndNothingElse) {
  const auto report = deploy();
  ASSERT_TRUE(report) << report.error().message;
  exec("CREATE DATABASE " + database_ + "__warm_9");
  const auto confirmed = confirm();
  ASSERT_TRUE(confirmed) << confirmed.error().message;
  EXPECT_EQ(confirmed->dropped,
            (std::vector<std::string>{report->copy, report->capture, report->capture + "_warm"}));
  EXPECT_EQ(left(), "1 0 0 0 0");
  exec("DROP DATABASE " + database_ + "__warm_9");
}

TEST_F(WarmCopy, WhatIsInTheWayIsSaidBeforeAnythingIsDone) {
  const auto taken = std::stoi(value("SHOW max_replication_slots")) - 1;
  for (int i = 0; i < taken; ++i)
    exec(fmt::format("SELECT pg_create_physical_replication_slot('other_{}')", i));
  const auto report = deploy();
  exec("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::unsupported);
  EXPECT_NE(report.error().message.find("2 replication slots are wanted"), std::string::npos)
      << report.error().message;
  EXPECT_EQ(value("SELECT count(*) FROM users WHERE note = 'old'"), "20");
  exec("CREATE DATABASE " + database_ + "__warm_1");
  const auto occupied = deploy();
  ASSERT_FALSE(occupied);
  EXPECT_NE(occupied.error().message.find("already"), std::string::npos);
  EXPECT_EQ(left(), "1 0 0 0 0") << "a database that is not ours stays";
  exec("DROP DATABASE " + database_ + "__warm_1");
}

// Fails when a dry run makes the checks of a slot only, and when what an earlier deploy has left,
// and the next one drops, counts as taken.
TEST_F(WarmCopy, ADryRunMakesTheChecksOfACopyAndNoCopy) {
  const auto look = [this] {
    close_looker();
    return with_context(
        [](const app::Context& context) { return app::look_before_deploy(context); });
  };
  const auto good = look();
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->capture.kind, "warm");
  EXPECT_FALSE(good->capture.is_refused) << good->capture.why;
  EXPECT_NE(good->capture.room.find("MB are free"), std::string::npos) << good->capture.room;
  EXPECT_EQ(value("SELECT (SELECT count(*) FROM pg_replication_slots) || ' ' || (SELECT count(*) "
                  "FROM pg_publication) || ' ' || (SELECT count(*) FROM pg_database WHERE datname "
                  "LIKE '" +
                  database_ + "\\_\\_warm%')"),
            "0 0 0");
  const auto taken = std::stoi(value("SHOW max_replication_slots")) - 2;
  for (int i = 0; i < taken; ++i)
    exec(fmt::format("SELECT pg_create_physical_replication_slot('other_{}')", i));
  ASSERT_TRUE(deploy());
  write("3_more.sql", "CREATE TABLE more (id int);", "DROP TABLE more;");
  const auto again = look();
  exec("SELECT pg_create_physical_replication_slot('another')"
       " FROM pg_drop_replication_slot((SELECT slot_name FROM pg_replication_slots"
       " WHERE slot_name LIKE '%\\_warm'))");
  const auto refused = look();
  exec("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_FALSE(again->capture.is_refused) << again->capture.why;
  ASSERT_TRUE(refused) << refused.error().message;
  EXPECT_TRUE(refused->capture.is_refused);
  EXPECT_NE(refused->capture.why.find("all replication slots"), std::string::npos)
      << refused->capture.why;
}

} // namespace
} // namespace slipway
