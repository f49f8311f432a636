#include "capture_project.hpp"
#include "capture_writer.hpp"

#include "slipway/app/rollback_forecast.hpp"
#include "slipway/locks/runner_lock.hpp"

#include <fstream>
#include <thread>

namespace slipway {
namespace {

/// With a health check that soon gives up.
class Capture : public test::CaptureProjectTest {
protected:
  void SetUp() override {
    CaptureProjectTest::SetUp();
    set("deploy.health_every", "10ms");
    set("deploy.health_within", "100ms");
  }
  /// What slots may keep, on the server.
  void bound(const std::string& size) {
    exec("ALTER SYSTEM SET max_slot_wal_keep_size = '" + size + "'");
    exec("SELECT pg_reload_conf()");
    const auto wait = test::long_wait();
    while (value("SHOW max_slot_wal_keep_size") != size && !wait.deadline.passed())
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
};

// Fails when the stream is not replayed behind the fence, when the markers are not written (the
// swapped columns are taken for each other), and when the snapshot's transactions are not skipped.
TEST_F(Capture, NothingThatWasAcknowledgedIsLostByADeployThatBreaksUnderLoad) {
  write("2_break.sql", test::k_breaking_migration, "SELECT 1;");
  const auto gate = folder_->path() + "/go-on";
  set("deploy.application",
      "sh,-c,for i in $(seq 1200); do test -e " + gate + " && exit 0; sleep 0.1; done; exit 1");
  set("deploy.health", "false");
  set("apply.lock_budget", "2min");
  test::Writer one(url_, 1);
  test::Writer two(url_, 2);
  std::thread opener([&] {
    const auto patience = Deadline::after(Millis(100'000));
    while ((one.after_it < 12 || two.after_it < 12) && !patience.passed())
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::ofstream(gate) << "now";
  });
  const auto report = deploy();
  opener.join();
  const int so_far = one.done;
  const auto patience = Deadline::after(Millis(60'000));
  while (one.done < so_far + 20 && !patience.passed())
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  one.stop();
  two.stop();
  ASSERT_FALSE(report);
  ASSERT_EQ(report.error().code, ErrorCode::rolled_back)
      << report.error().message << "\n"
      << fmt::format("{}", report.error().notes.empty() ? "" : report.error().notes[0]) << said();
  EXPECT_NE(said().find("replaying what slipway_"), std::string::npos) << said();
  EXPECT_GE(one.after_it, 12);
  std::map<std::int64_t, std::vector<std::string>> there;
  for (const auto& row : rows("SELECT id, a, b, age, note FROM users WHERE id > 1000"))
    there[std::stoll(row[0])] = row;
  std::map<std::int64_t, int> parked;
  for (const auto& row : rows("SELECT key->>'id' FROM slipway.parked"))
    ++parked[std::stoll(row[0])];
  int kept_notes = 0;
  for (const auto* writer : {&one, &two})
    for (const auto& [id, row] : writer->rows) {
      if (row.unsure) continue;
      ASSERT_TRUE(there.contains(id)) << id;
      const auto& found = there[id];
      EXPECT_EQ(found[1], row.first.empty() ? "NULL" : row.first) << id;
      EXPECT_EQ(found[2], row.second.empty() ? "NULL" : row.second) << id;
      if (row.note != "NULL") {
        EXPECT_EQ(found[4], row.note) << id;
        ++kept_notes;
      }
      if (row.age == "5000000000") {
        EXPECT_EQ(parked[id], 1) << id;
      } else {
        EXPECT_EQ(found[3], row.age) << id;
      }
    }
  EXPECT_GT(kept_notes, 0);
  EXPECT_FALSE(parked.empty());
  const int lines = std::stoi(value("SELECT count(*) FROM lines WHERE text = 'w'"));
  EXPECT_GE(lines, one.heap + two.heap);
  EXPECT_LE(lines, one.heap + two.heap + one.heap_unsure + two.heap_unsure);
  EXPECT_EQ(value("SELECT string_agg(id || ' ' || age, ', ' ORDER BY id) FROM users WHERE id < 6"),
            "1 1, 2 2, 3 3, 4 4, 5 5")
      << "what the migration did itself is not carried";
  EXPECT_EQ(value("SELECT count(*) FROM users WHERE id = 99"), "0");
  EXPECT_EQ(slots(), "0");
  EXPECT_EQ(publications(), "0");
  EXPECT_EQ(value("SELECT count(*) FROM slipway.capture"), "0");
}

TEST_F(Capture, WithoutABakeItStaysArmedUntilItIsConfirmed) {
  write("2_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
  const auto report = deploy();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_FALSE(report->capture.empty()) << report->capture_why;
  EXPECT_EQ(slots(), "1");
  EXPECT_NE(said().find("compared by a rollback"), std::string::npos) << "lines has no key";
  EXPECT_NE(diagnosis().find("1 " + report->capture), std::string::npos) << diagnosis();
  set("deploy.grace", "0");
  EXPECT_NE(diagnosis().find("forgotten"), std::string::npos) << diagnosis();
  EXPECT_NE(diagnosis().find("slipway deploy confirm"), std::string::npos) << diagnosis();
  // The next one drops it, and sees no schema that somebody else changed.
  let_a_second_pass();
  write("3_c.sql", "CREATE TABLE c (id int);", "DROP TABLE c;");
  const auto next = deploy();
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_NE(next->capture, report->capture);
  EXPECT_EQ(slots(), "1");
  EXPECT_EQ(said().find("something else changed it"), std::string::npos) << said();
  const auto confirmed = confirm();
  ASSERT_TRUE(confirmed) << confirmed.error().message;
  EXPECT_EQ(confirmed->dropped, std::vector<std::string>{next->capture});
  EXPECT_EQ(slots(), "0");
  EXPECT_EQ(publications(), "0");
  EXPECT_NE(diagnosis().find("no slot of a deploy"), std::string::npos) << diagnosis();
}

// Fails when the slot stays: nobody confirms, and one day the disk is full.
TEST_F(Capture, WhereTheServerBoundsNothingNoSlotIsLeftBehindUnasked) {
  bound("-1");
  write("2_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
  const auto unasked = deploy();
  write("3_c.sql", "CREATE TABLE c (id int);", "DROP TABLE c;");
  const auto slots_left = slots();
  set("deploy.capture", "slot");
  const auto asked = deploy();
  bound("1GB");
  ASSERT_TRUE(unasked) << unasked.error().message;
  EXPECT_TRUE(unasked->capture.empty());
  EXPECT_EQ(unasked->capture_why, "max_slot_wal_keep_size bounds nothing");
  EXPECT_EQ(slots_left, "0");
  ASSERT_TRUE(asked) << asked.error().message;
  EXPECT_FALSE(asked->capture.empty());
  EXPECT_EQ(slots(), "1");
}

// Fails when a run leaves what nobody confirmed, and so the write-ahead log, to itself.
TEST_F(Capture, TheNextRunDropsWhatWasForgottenAndNothingSooner) {
  write("2_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
  const auto report = deploy();
  ASSERT_TRUE(report) << report.error().message;
  write("3_c.sql", "CREATE TABLE c (id int);", "DROP TABLE c;");
  ASSERT_TRUE(up());
  EXPECT_EQ(slots(), "1");
  set("deploy.grace", "0");
  write("4_d.sql", "CREATE TABLE d (id int);", "DROP TABLE d;");
  ASSERT_TRUE(up());
  EXPECT_NE(said().find(report->capture + " of an earlier deploy was forgotten"), std::string::npos)
      << said();
  EXPECT_EQ(slots(), "0");
  EXPECT_EQ(publications(), "0");
  EXPECT_EQ(value("SELECT count(*) FROM slipway.capture"), "0");
}

// The publication is what tells the slot of another project in the same database from one that
// belongs to nobody.
TEST_F(Capture, TheWatchdogDropsASlotThatBelongsToNobodyAndLeavesThatOfOthers) {
  exec("CREATE PUBLICATION slipway_of_others");
  for (const auto* one :
       {"slipway_of_nobody", "slipway_of_others", "slipway_of_others_warm", "somebody_elses"})
    exec(fmt::format("SELECT pg_create_logical_replication_slot('{}', 'pgoutput')", one));
  const auto watch =
      with_context([](const app::Context& context) { return app::watch_captures(context); });
  ASSERT_TRUE(watch) << watch.error().message;
  EXPECT_EQ(watch->dropped, std::vector<std::string>{"slipway_of_nobody"});
  EXPECT_EQ(value("SELECT count(*) FROM pg_replication_slots"), "3");
  exec("SELECT pg_drop_replication_slot('somebody_elses')");
}

TEST_F(Capture, TheWatchdogDoesNotWaitForARunnerThatIsAtWork) {
  write("2_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
  ASSERT_TRUE(deploy());
  set("deploy.grace", "0");
  auto runner = connect();
  const auto lock =
      locks::RunnerLock::acquire(runner, "slipway", Millis(1'000), sink_, test::long_wait());
  ASSERT_TRUE(lock);
  const auto watch =
      with_context([](const app::Context& context) { return app::watch_captures(context); });
  ASSERT_TRUE(watch) << watch.error().message;
  EXPECT_FALSE(watch->busy.empty());
  EXPECT_EQ(slots(), "1");
}

// Fails when the watchdog tells only what it dropped: a slot that is lost is a way back that is
// lost.
TEST_F(Capture, TheWatchdogRaisesAnAlarmForASlotThatIsLost) {
  write("2_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
  const auto report = deploy();
  ASSERT_TRUE(report) << report.error().message;
  bound("1MB");
  // A segment holds 16 MB, and a checkpoint is what gives one up.
  for (int segment = 0; segment < 3; ++segment) {
    exec("SELECT pg_logical_emit_message(false, 'test', 'x')");
    exec("SELECT pg_switch_wal()");
    exec("CHECKPOINT");
  }
  const auto watch =
      with_context([](const app::Context& context) { return app::watch_captures(context); });
  bound("1GB");
  ASSERT_TRUE(watch) << watch.error().message;
  ASSERT_EQ(watch->kept.size(), 1);
  ASSERT_EQ(watch->alarms.size(), 1);
  EXPECT_NE(watch->alarms[0].find(report->capture + " is lost"), std::string::npos)
      << watch->alarms[0];
}

// Fails when the stream is followed for a table of which the backup has no rows: each change of an
// old row is then parked, and the rows that nobody touched are missing.
TEST_F(Capture, ATableOfWhichTheBackupHasNoRowsComesFromTheLiveDatabase) {
  write("2_more.sql", "ALTER TABLE users ADD COLUMN email text;",
        "ALTER TABLE users DROP COLUMN mail;");
  const auto deployed = deploy();
  ASSERT_TRUE(deployed) << deployed.error().message;
  ASSERT_FALSE(deployed->capture.empty());
  EXPECT_NE(said().find("the schema and no rows"), std::string::npos) << said();
  exec("UPDATE users SET note = 'new', email = 'e' WHERE id = 7; DELETE FROM users WHERE id = 8;"
       "INSERT INTO users (id) VALUES (100); INSERT INTO lines VALUES ('one')");
  const auto report = roll_back();
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_TRUE(report->safe);
  EXPECT_EQ(report->safe->parked, 0);
  EXPECT_EQ(value("SELECT count(*) || ' ' || count(*) FILTER (WHERE note = 'new') || ' ' || "
                  "count(*) FILTER (WHERE id = 8) FROM users"),
            "20 1 0");
  EXPECT_EQ(value("SELECT count(*) FROM lines"), "3");
}

// Fails when a failed health check during the bake ends the bake only.
TEST_F(Capture, AnApplicationThatBreaksWhileItBakesIsTakenBack) {
  write("2_note.sql", "ALTER TABLE users DROP COLUMN note;",
        "ALTER TABLE users ADD COLUMN note text;");
  set("deploy.bake", "1h");
  set("deploy.health_within", "1min");
  set("deploy.health", "sh,-c,echo x >> " + folder_->path() + "/health; test $(wc -l < " +
                           folder_->path() + "/health) -lt 6");
  const auto report = deploy();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::rolled_back) << report.error().message;
  EXPECT_EQ(value("SELECT count(*) FROM users WHERE note = 'old'"), "20");
  EXPECT_EQ(slots(), "0");
}

TEST_F(Capture, ABakeThatPassesConfirms) {
  write("2_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
  set("deploy.bake", "100ms");
  set("deploy.health", "true");
  set("deploy.health_within", "1min");
  const auto report = deploy();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->confirmed);
  EXPECT_EQ(slots(), "0");
  EXPECT_EQ(publications(), "0");
}

// Fails when the table stays published: nobody could update it any more.
TEST_F(Capture, ATableThatLosesItsKeyCanStillBeWrittenTo) {
  write("2_key.sql",
        "DO $$ BEGIN EXECUTE 'ALTER TABLE users DROP CONST' || 'RAINT users_pkey'; END $$;\n"
        "ALTER TABLE users DROP COLUMN note;",
        "SELECT 1;");
  const auto report = deploy();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_NE(said().find("has lost its key"), std::string::npos) << said();
  exec("UPDATE users SET age = 77 WHERE id = 7");
  const auto back = roll_back();
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(value("SELECT age || ' ' || note FROM users WHERE id = 7"), "77 old");
  EXPECT_EQ(slots(), "0");
}

TEST_F(Capture, AMigrationThatChangesItsKeyIsNotInTheWay) {
  write("2_key.sql",
        "ALTER TABLE users DROP CONSTRAINT users_pkey;\nUPDATE users SET age = age + 1;\n"
        "ALTER TABLE users ADD PRIMARY KEY (id, age);",
        "SELECT 1;");
  const auto report = deploy();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(value("SELECT age FROM users WHERE id = 1"), "2");
}

TEST_F(Capture, AForecastNamesWhatWouldBeParkedAndMovesNothing) {
  write("2_age.sql",
        "ALTER TABLE users ALTER COLUMN age TYPE bigint;\nALTER TABLE users DROP COLUMN note;\n"
        "UPDATE users SET b = 'migrated' WHERE id = 1;\nCREATE TABLE fresh (id int);",
        "SELECT 1;");
  const auto report = deploy();
  ASSERT_TRUE(report) << report.error().message;
  // The stream ends at what is on disk, and the test server does not wait for that.
  exec(
      "SET synchronous_commit = on; INSERT INTO users (id, age) VALUES (100, 1), (101, 5000000000);"
      "UPDATE users SET a = 'new' WHERE id = 7; INSERT INTO fresh VALUES (1), (2)");
  for (int time = 0; time < 2; ++time) {
    const auto forecast = with_context(
        [](const app::Context& context) { return app::forecast_rollback(context, 0); });
    ASSERT_TRUE(forecast) << forecast.error().message;
    EXPECT_EQ(forecast->capture, report->capture) << forecast->why;
    EXPECT_EQ(forecast->rows, 3);
    EXPECT_EQ(forecast->by_migration, 1);
    std::string parked;
    for (const auto& one : forecast->parked)
      parked += fmt::format("{} {} {}\n", one.table.name, one.rows, one.why);
    EXPECT_EQ(parked, "users 1 \"age\" as integer cannot hold the value\n"
                      "fresh 2 the old schema has no such table\n");
  }
  const auto back = roll_back();
  ASSERT_TRUE(back) << back.error().message;
  ASSERT_TRUE(back->safe && back->safe->replayed);
  EXPECT_TRUE(back->safe->replayed->from_follower)
      << "behind the fence it was read from its beginning";
  EXPECT_EQ(slots(), "0");
  EXPECT_EQ(back->safe->parked, 3) << "as foreseen";
}

// Fails when a comparison is remembered for every run: the backup of the next deploy holds the note
// of an earlier rollback, and its slot is not read.
TEST_F(Capture, ARollbackThatComparedIsNotRememberedForTheNextOne) {
  write("2_note.sql", "ALTER TABLE users DROP COLUMN note;", "SELECT 1;");
  set("deploy.capture", "none");
  ASSERT_TRUE(deploy());
  const auto first = roll_back();
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_TRUE(first->safe);
  EXPECT_FALSE(first->safe->replayed) << "there was no slot";
  let_a_second_pass();
  set("deploy.capture", "slot");
  const auto report = deploy();
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_FALSE(report->capture.empty());
  exec("SET synchronous_commit = on; UPDATE users SET age = 77 WHERE id = 7");
  const auto second = roll_back();
  ASSERT_TRUE(second) << second.error().message;
  ASSERT_TRUE(second->safe);
  ASSERT_TRUE(second->safe->replayed) << said();
  EXPECT_EQ(second->safe->replayed->rows, 1);
  EXPECT_EQ(value("SELECT age || ' ' || note FROM users WHERE id = 7"), "77 old");
}

/// The same on a server that keeps none.
class WithoutCapture : public Capture {
protected:
  static void SetUpTestSuite() { start_server("replica"); }
};

TEST_F(WithoutCapture, AutoSaysWhyAndTheRollbackCompares) {
  write("2_note.sql", "ALTER TABLE users DROP COLUMN note;",
        "ALTER TABLE users ADD COLUMN note text;");
  set("deploy.application", "false");
  const auto report = deploy();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::rolled_back) << report.error().message;
  EXPECT_NE(said().find("capture: none, since the server keeps no logical changes: wal_level is "
                        "replica"),
            std::string::npos)
      << said();
  EXPECT_EQ(value("SELECT count(*) FROM users WHERE note = 'old'"), "20");
  set("deploy.capture", "slot");
  let_a_second_pass();
  const auto refused = deploy();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsupported) << refused.error().message;
}

} // namespace
} // namespace slipway
