// deploy.capture = trigger: for servers that keep no logical changes, and roles without
// REPLICATION.
#include "capture_project.hpp"
#include "capture_writer.hpp"

#include "slipway/app/deploy_spool.hpp"
#include "slipway/app/drift.hpp"
#include "slipway/app/rollback_forecast.hpp"
#include "slipway/pg/other_database.hpp"
#include "slipway/replay/capture_keys.hpp"

#include <atomic>
#include <fstream>
#include <set>
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
  void drop_kept(const std::string& database) {
    auto options = pg::other_database({.connection_string = url_}, "postgres");
    auto session = pg::Session::open(*options, test::long_wait());
    ASSERT_TRUE(session);
    test::exec(*session, "DROP DATABASE " + quote_identifier(database) + " WITH (FORCE)");
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
  const auto spooled = with_context(
      [](const app::Context& context) { return app::spool_deploy(context, app::SpoolUntil::now); });
  ASSERT_TRUE(spooled) << spooled.error().message;
  EXPECT_EQ(spooled->capture, "") << "there is no slot to spool";
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

/// Rows that come, go, and change their key; what of it was confirmed.
class Mover {
public:
  explicit Mover(std::string url) : url_(std::move(url)), thread_([this] { move(); }) {}
  ~Mover() { stop(); }
  void stop() {
    ending_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::set<std::int64_t> there;
  std::set<std::int64_t> unsure;
  std::atomic<int> done = 0;

private:
  void move() {
    while (!ending_) {
      auto session =
          pg::Session::open({.connection_string = url_}, Wait{Deadline::after(Millis(10'000))});
      while (session && session->usable() && !ending_) move_one(*session);
    }
  }
  bool run(pg::Session& session, const std::string& sql) {
    const auto ran = session.execute(SqlText(sql), Wait{Deadline::after(Millis(20'000))});
    if (ran) ++done;
    return ran.has_value();
  }
  void move_one(pg::Session& session) {
    const std::int64_t id = 900'000'000 + ++next_ * 2;
    unsure.insert({id, id + 1});
    if (!run(session, fmt::format("INSERT INTO users (id) VALUES ({})", id))) return;
    std::int64_t now = id;
    if (next_ % 3 == 0) {
      if (!run(session, fmt::format("UPDATE users SET id = {} WHERE id = {}", id + 1, id))) return;
      now = id + 1;
    }
    if (next_ % 2 == 0) {
      if (!run(session, fmt::format("DELETE FROM users WHERE id = {}", now))) return;
      now = 0;
    }
    unsure.erase(id);
    unsure.erase(id + 1);
    if (now != 0) there.insert(now);
  }

  const std::string url_;
  std::int64_t next_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

// Fails when the keys that were noted while the copy was compared are not carried behind the fence,
// and when the backup is taken before the triggers are made.
TEST_F(KeyCapture, NothingThatWasAcknowledgedIsLostByADeployThatBreaksUnderLoad) {
  write("2_break.sql", test::k_breaking_migration, "SELECT 1;");
  const auto gate = folder_->path() + "/go-on";
  set("deploy.application",
      "sh,-c,for i in $(seq 1200); do test -e " + gate + " && exit 0; sleep 0.1; done; exit 1");
  set("deploy.health", "false");
  set("apply.lock_budget", "2min");
  test::Writer one(url_, 1);
  test::Writer two(url_, 2);
  Mover mover(url_);
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
  mover.stop();
  ASSERT_FALSE(report);
  ASSERT_EQ(report.error().code, ErrorCode::rolled_back)
      << report.error().message << "\n"
      << fmt::format("{}", report.error().notes.empty() ? "" : report.error().notes[0]) << said();
  EXPECT_NE(said().find("what slipway_keys_"), std::string::npos) << said();
  EXPECT_EQ(said().find("no trigger noted it"), std::string::npos) << said();
  EXPECT_GE(one.after_it, 12);
  std::map<std::int64_t, std::vector<std::string>> there;
  for (const auto& row : rows("SELECT id, a, b, age FROM users WHERE id > 1000"))
    there[std::stoll(row[0])] = row;
  std::map<std::int64_t, int> parked;
  for (const auto& row : rows("SELECT key->>'id' FROM slipway.parked"))
    ++parked[std::stoll(row[0])];
  for (const auto* writer : {&one, &two})
    for (const auto& [id, row] : writer->rows) {
      if (row.unsure) continue;
      // Only the last state of a row is there, so one that cannot be held is parked with all of it.
      if (row.age == "5000000000") {
        EXPECT_EQ(parked[id], 1) << id;
        continue;
      }
      ASSERT_TRUE(there.contains(id)) << id;
      const auto& found = there[id];
      EXPECT_EQ(found[1], row.first.empty() ? "NULL" : row.first) << id;
      EXPECT_EQ(found[2], row.second.empty() ? "NULL" : row.second) << id;
      EXPECT_EQ(found[3], row.age) << id;
    }
  EXPECT_FALSE(parked.empty());
  EXPECT_GT(mover.done, 20);
  for (const auto id : mover.there) EXPECT_TRUE(there.contains(id)) << id;
  for (const auto& [id, row] : there)
    EXPECT_TRUE(id < 900'000'000 || mover.there.contains(id) || mover.unsure.contains(id)) << id;
  const int lines = std::stoi(value("SELECT count(*) FROM lines WHERE text = 'w'"));
  EXPECT_GE(lines, one.heap + two.heap);
  EXPECT_LE(lines, one.heap + two.heap + one.heap_unsure + two.heap_unsure);
  EXPECT_EQ(value("SELECT string_agg(id || ' ' || age, ', ' ORDER BY id) FROM users WHERE id < 6"),
            "1 1, 2 2, 3 3, 4 4, 5 5")
      << "what the migration did itself is not carried";
  EXPECT_EQ(value("SELECT count(*) FROM users WHERE id = 99"), "0");
  EXPECT_EQ(left(), "0 0 0");
}

// Fails when the notes are believed: behind the fence as well, where there is no third look.
TEST_F(KeyCapture, WhatNoTriggerSawIsFoundWheneverItIsWritten) {
  write("2_more.sql",
        "ALTER TABLE users DROP COLUMN note;\nUPDATE users SET b = 'migrated' WHERE id = 1;",
        "SELECT 1;");
  for (const std::string moment : {"before", "comparing every row", "closing"}) {
    SCOPED_TRACE(moment);
    const auto report = deploy();
    ASSERT_TRUE(report) << report.error().message;
    sink_.events.clear();
    const auto unseen = [this] {
      auto session = connect();
      test::exec(
          session,
          "ALTER TABLE users DISABLE TRIGGER ALL; UPDATE users SET a = 'unseen' WHERE id = 7;"
          "DELETE FROM users WHERE id = 8; ALTER TABLE users ENABLE TRIGGER ALL");
    };
    exec("UPDATE users SET a = 'seen' WHERE id = 9");
    if (moment == "before") unseen();
    sink_.meanwhile = [&](const Event& event) {
      const auto* note = std::get_if<event::Note>(&event);
      if (note != nullptr && note->message.starts_with(moment)) unseen();
    };
    const auto back = roll_back();
    sink_.meanwhile = {};
    ASSERT_TRUE(back) << back.error().message << said();
    EXPECT_NE(said().find("no trigger noted it"), std::string::npos) << said();
    EXPECT_EQ(
        value(
            "SELECT string_agg(id || a || note, ' ' ORDER BY id) FROM users WHERE id BETWEEN 7 AND 9"),
        "7unseenold 9seenold");
    exec("UPDATE users SET a = 'a' || id; INSERT INTO users SELECT 8, 'a8', 'b8', 8, 'old'");
    close_looker();
    drop_kept(back->safe->broken);
    let_a_second_pass();
  }
}

TEST_F(KeyCapture, ADryRunSaysWhatStandsInTheWay) {
  exec("DROP ROLE IF EXISTS keys_nobody; CREATE ROLE keys_nobody LOGIN;"
       "GRANT ALL ON DATABASE " +
       quote_identifier(value("SELECT current_database()")) +
       " TO keys_nobody;"
       "GRANT USAGE ON SCHEMA slipway TO keys_nobody;"
       "GRANT SELECT ON ALL TABLES IN SCHEMA slipway, public TO keys_nobody");
  write("2_b.sql", "CREATE TABLE b (id int PRIMARY KEY);", "DROP TABLE b;");
  const auto was = url_;
  url_ += "&user=keys_nobody";
  const auto look = [this] {
    return with_context(
        [](const app::Context& context) { return app::look_before_deploy(context); });
  };
  set("deploy.predict", "false");
  const auto outlook = look();
  url_ = was;
  exec("GRANT CREATE ON SCHEMA slipway TO keys_nobody");
  url_ += "&user=keys_nobody";
  const auto further = look();
  url_ = was;
  exec("DROP OWNED BY keys_nobody; DROP ROLE keys_nobody");
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_TRUE(outlook->capture.is_refused);
  EXPECT_EQ(outlook->capture.why, "the role may not make functions in the schema \"slipway\"");
  EXPECT_EQ(outlook->capture.hint, "GRANT CREATE ON SCHEMA \"slipway\" TO \"keys_nobody\"");
  ASSERT_TRUE(further) << further.error().message;
  EXPECT_TRUE(further->capture.is_refused);
  EXPECT_NE(further->capture.why.find("\"public\".\"users\" (it belongs to another role)"),
            std::string::npos)
      << further->capture.why;
}

} // namespace
} // namespace slipway
