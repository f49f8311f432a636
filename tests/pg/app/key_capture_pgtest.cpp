// deploy.capture = trigger: for servers that keep no logical changes, and roles without
// REPLICATION.
#include "capture_project.hpp"

#include "slipway/app/drift.hpp"
#include "slipway/app/rollback_forecast.hpp"
#include "slipway/pg/other_database.hpp"
#include "slipway/replay/capture_keys.hpp"

#include <atomic>
#include <fstream>
#include <thread>

namespace slipway {
namespace {

class KeyCapture : public test::CaptureProjectTest {
protected:
  static void SetUpTestSuite() { start_server("replica"); }

  void SetUp() override {
    CaptureProjectTest::SetUp();
    set("deploy.capture", "trigger");
    set("deploy.health_every", "10ms");
    set("deploy.health_within", "100ms");
  }
  std::string in_kept(const std::string& database, const std::string& sql) {
    auto options = pg::other_database({.connection_string = url_}, database);
    auto session = pg::Session::open(*options, test::long_wait());
    return session ? test::value(*session, sql) : session.error().message;
  }
  /// Triggers, functions and tables of ours.
  std::string left() {
    return value(
        "SELECT (SELECT count(*) FROM pg_trigger WHERE tgname ~ '^slipway_') || ' ' || "
        "(SELECT count(*) FROM pg_proc WHERE proname ~ '^capture_keys_') || ' ' || "
        "(SELECT count(*) FROM pg_class WHERE relname IN ('captured_key', 'captured_table'))");
  }
};

TEST_F(KeyCapture, IsArmedUntilItIsConfirmedAndIsNoPartOfTheSchema) {
  write("2_b.sql", "CREATE TABLE b (id int PRIMARY KEY);", "DROP TABLE b;");
  const auto outlook =
      with_context([](const app::Context& context) { return app::look_before_deploy(context); });
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->capture.kind, "trigger");
  EXPECT_FALSE(outlook->capture.is_refused);
  EXPECT_EQ(outlook->capture.room,
            "on 1 tables, each locked for a moment against writes; a rollback "
            "would compare \"public\".\"lines\" (it has no key)");
  EXPECT_EQ(left(), "0 0 0") << "it only looked";
  const auto report = deploy();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(replay::is_key_capture(report->capture)) << report->capture;
  EXPECT_TRUE(report->by_triggers);
  EXPECT_EQ(left(), "2 1 2");
  EXPECT_EQ(slots(), "0");
  EXPECT_EQ(publications(), "0");
  exec("UPDATE users SET note = 'new' WHERE id = 7");
  EXPECT_EQ(value("SELECT count(*) FROM slipway.captured_key"), "1");
  const auto drift = with_context(
      [](const app::Context& context) { return app::drift(context, app::DriftAgainst::last_run); });
  ASSERT_TRUE(drift) << drift.error().message;
  EXPECT_FALSE(drift->is_drift());
  EXPECT_NE(diagnosis().find("1 " + report->capture), std::string::npos) << diagnosis();
  EXPECT_NE(diagnosis().find("triggers on 1 tables"), std::string::npos) << diagnosis();
  // The next deploy drops it, and sees no schema that somebody else changed.
  let_a_second_pass();
  write("3_c.sql", "CREATE TABLE c (id int);", "DROP TABLE c;");
  const auto next = deploy();
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(said().find("something else changed it"), std::string::npos) << said();
  EXPECT_EQ(left(), "4 2 2") << "b has a key, too";
  const auto confirmed = confirm();
  ASSERT_TRUE(confirmed) << confirmed.error().message;
  EXPECT_EQ(confirmed->dropped, std::vector<std::string>{next->capture});
  EXPECT_EQ(left(), "0 0 0");
  EXPECT_EQ(value("SELECT count(*) FROM slipway.capture"), "0");
  EXPECT_NE(diagnosis().find("no slot of a deploy"), std::string::npos) << diagnosis();
}

// Fails when all rows are compared: the migration's own writes then come along.
TEST_F(KeyCapture, ARollbackCarriesWhatWasNotedAndLeavesWhatTheMigrationDid) {
  write("2_break.sql", test::k_breaking_migration, "SELECT 1;");
  const auto report = deploy();
  ASSERT_TRUE(report) << report.error().message;
  exec("INSERT INTO users (id, age) VALUES (100, 1), (101, 5000000000);"
       "UPDATE users SET a = 'new' WHERE id = 7; UPDATE users SET id = 200 WHERE id = 8;"
       "DELETE FROM users WHERE id = 9; INSERT INTO lines VALUES ('two')");
  const auto forecast =
      with_context([](const app::Context& context) { return app::forecast_rollback(context, 0); });
  ASSERT_TRUE(forecast) << forecast.error().message;
  EXPECT_EQ(forecast->capture, report->capture) << forecast->why;
  EXPECT_EQ(forecast->rows, 6) << "a key that changes is two rows";
  EXPECT_EQ(forecast->transactions, 1);
  EXPECT_EQ(forecast->by_migration, 1);
  ASSERT_EQ(forecast->parked.size(), 1);
  const auto back = roll_back();
  ASSERT_TRUE(back) << back.error().message << said();
  ASSERT_TRUE(back->safe);
  EXPECT_FALSE(back->safe->replayed);
  EXPECT_EQ(back->safe->parked, 1);
  EXPECT_EQ(value("SELECT string_agg(id || ' ' || age, ', ' ORDER BY id) FROM users WHERE id < 6"),
            "1 1, 2 2, 3 3, 4 4, 5 5")
      << "what the migration did itself is not carried";
  EXPECT_EQ(
      value(
          "SELECT string_agg(id || ' ' || b || ' ' || note, ', ' ORDER BY id) FROM users WHERE id BETWEEN 7 AND 12"),
      "7 new old, 10 b10 old, 11 b11 old, 12 b12 old");
  EXPECT_EQ(value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM users WHERE id > 20"),
            "100 200");
  EXPECT_EQ(value("SELECT count(*) FROM lines"), "3");
  EXPECT_EQ(left(), "0 0 0");
  EXPECT_EQ(value("SELECT count(*) FROM slipway.capture"), "0");
  EXPECT_EQ(said().find("no trigger noted it"), std::string::npos) << said();
  EXPECT_EQ(
      in_kept(back->safe->broken, "SELECT count(*) FROM pg_trigger WHERE tgname ~ '^slipway_'"),
      "0")
      << "the database that is kept has none either";
}

} // namespace
} // namespace slipway
