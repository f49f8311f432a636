#include "project.hpp"

#include "slipway/base/sql_text.hpp"
#include "slipway/history/snapshots.hpp"
#include "slipway/pg/fence.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/rollback/safe_path.hpp"

#include <atomic>
#include <fmt/format.h>
#include <set>
#include <thread>

namespace slipway {
namespace {

/// A database with a run behind it, and a copy of it from before the next one.
class SafePath : public test::ProjectTest {
protected:
  void SetUp() override {
    ProjectTest::SetUp();
    write("1_users.sql",
          "CREATE TABLE users (id bigint PRIMARY KEY, name text, age int, note text);\n"
          "CREATE TABLE lines (text text);\nCREATE SEQUENCE numbers;",
          "DROP SEQUENCE numbers;\nDROP TABLE lines;\nDROP TABLE users;");
    ASSERT_TRUE(up());
    exec("INSERT INTO users SELECT n, 'u' || n, n, 'old' FROM generate_series(1, 100) AS n");
    database_ = value("SELECT current_database()");
    options_ = connect().options();
  }
  void TearDown() override {
    close_looker();
    for (const auto& name : {rollback::broken_name(database_, 2), rollback::copy_name(database_, 2),
                             database_ + "_backup"})
      control("DROP DATABASE IF EXISTS " + quote_identifier(name) + " WITH (FORCE)");
  }

  Result<pg::Session> open(const std::string& database, const Wait& wait) const {
    auto options = options_;
    // The last word of a connection string counts.
    const auto at = options.connection_string.find(database_);
    options.connection_string.replace(at, database_.size(), database);
    return pg::Session::open(options, wait);
  }
  void control(const std::string& sql) const {
    auto session = open("postgres", test::long_wait());
    const auto done = session->execute(SqlText(sql), test::long_wait());
    ASSERT_TRUE(done) << done.error().message;
  }
  std::string in(const std::string& database, const std::string& sql) const {
    auto session = open(database, test::long_wait());
    if (!session) return session.error().message;
    return test::value(*session, sql);
  }

  /// What a backup would be.
  void back_up() {
    snapshot_ = value("SELECT pg_current_snapshot()::text");
    close_looker();
    control(fmt::format("CREATE DATABASE {} TEMPLATE {}", quote_identifier(database_ + "_backup"),
                        quote_identifier(database_)));
  }
  void break_it(const std::string& up_text) {
    write("2_break.sql", up_text, "SELECT 1;");
    ASSERT_TRUE(up());
  }

  rollback::SafePathRequest request() {
    const auto wanted = value("SELECT fingerprint_before FROM slipway.run WHERE id = 2");
    const auto found = history::Snapshots("slipway").found_by(
        *std::make_unique<pg::Session>(connect()), 2, test::long_wait());
    if (!found || !*found) throw std::runtime_error("no snapshot from before");
    auto before = replay::relation_map_from_json((*found)->relations);
    if (!before) throw std::runtime_error(before.error().message);
    close_looker();
    return {.database = database_,
            .run = 2,
            .open = [this](const std::string& name, const Wait& wait) { return open(name, wait); },
            .make_copy = [this](const std::string& name, const Wait&) { return copy(name); },
            .snapshot = snapshot_,
            .before = std::move(*before),
            .reverses = {},
            .history_schema = "slipway",
            .scope = {.leave_out = {"slipway"}, .salt = {}},
            .wanted_fingerprint = wanted,
            .events = sink_};
  }
  Status copy(const std::string& name) {
    control(fmt::format("CREATE DATABASE {} TEMPLATE {}", quote_identifier(name),
                        quote_identifier(database_ + "_backup")));
    ++copies_;
    return {};
  }
  Result<rollback::SafePathReport> take() {
    return rollback::take_safe_path(request(), test::long_wait());
  }

  std::string database_;
  pg::ConnectOptions options_;
  std::string snapshot_;
  int copies_ = 0;
};

constexpr const char* k_breaking =
    "ALTER TABLE users RENAME COLUMN name TO display_name;\nALTER TABLE users DROP COLUMN note;\n"
    "ALTER TABLE users ALTER COLUMN age TYPE bigint;";

TEST_F(SafePath, TheOldSchemaIsBackWithWhatWasWrittenSince) {
  back_up();
  exec("UPDATE users SET name = 'before it' WHERE id = 1; DELETE FROM users WHERE id = 2");
  break_it(k_breaking);
  exec("UPDATE users SET display_name = 'after it' WHERE id = 3;"
       "INSERT INTO users VALUES (1000, 'new', 40), (1001, 'too old', 5000000000);"
       "INSERT INTO lines VALUES ('a'), ('a'); SELECT nextval('numbers')");
  const auto report = take();
  ASSERT_TRUE(report) << report.error().message
                      << (report.error().notes.empty() ? "" : report.error().notes[0]);
  EXPECT_EQ(value("SELECT string_agg(name, ', ' ORDER BY id) FROM users WHERE id IN (1, 2, 3, "
                  "1000, 1001)"),
            "before it, after it, new");
  EXPECT_EQ(value("SELECT count(*) FROM users WHERE note = 'old'"), "99") << "kept from the backup";
  EXPECT_EQ(value("SELECT count(*) FROM lines"), "2");
  EXPECT_EQ(value("SELECT last_value FROM numbers"), "1");
  const auto carried = report->carried.total();
  EXPECT_EQ(carried.inserted, 3) << "a user, and two lines";
  EXPECT_EQ(carried.updated, 2);
  EXPECT_EQ(carried.removed, 1);
  EXPECT_EQ(carried.unknown_filled, 1);
  EXPECT_EQ(report->parked, 1) << "an age that no integer holds";
  EXPECT_EQ(value("SELECT sqlstate FROM slipway.parked"), "22003");
  EXPECT_EQ(in(report->broken, "SELECT display_name FROM users WHERE id = 1000"), "new");
  EXPECT_EQ(in(report->broken, "SHOW default_transaction_read_only"), "on");
  EXPECT_EQ(value("SELECT string_agg(version::text, ' ') FROM slipway.migration"), "1");
  EXPECT_EQ(value("SELECT string_agg(kind || ' ' || outcome, ', ' ORDER BY id) FROM slipway.run"),
            "up done, up done, rollback done");
  EXPECT_TRUE(down()) << "the history goes on";
}

/// Writes without end, as an application does that connects again when it is thrown out.
class Writers {
public:
  explicit Writers(std::string url) : url_(std::move(url)), thread_([this] { write(); }) {}
  ~Writers() { stop(); }
  void stop() {
    ending_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::set<std::int64_t> acknowledged() const { return acknowledged_; }
  std::int64_t count() const { return count_; }

private:
  void write() {
    std::int64_t id = 10'000;
    while (!ending_) {
      auto session =
          pg::Session::open({.connection_string = url_}, Wait{Deadline::after(Millis(10'000))});
      while (session && session->usable() && !ending_) {
        ++id;
        // Good for both schemas.
        const auto done =
            session->execute(SqlText(fmt::format("INSERT INTO users (id, age) VALUES ({}, 1)", id)),
                             Wait{Deadline::after(Millis(10'000))});
        if (!done) break;
        acknowledged_.insert(id);
        count_ = static_cast<std::int64_t>(acknowledged_.size());
      }
    }
  }

  std::string url_;
  std::set<std::int64_t> acknowledged_;
  std::atomic<std::int64_t> count_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

// Fails when nothing is carried behind the fence, or when the fence is not up while it is.
TEST_F(SafePath, NoAcknowledgedWriteIsLostUnderLoad) {
  back_up();
  Writers writers(url_);
  const auto reach = [&](std::int64_t count) {
    const auto wait = test::long_wait();
    while (writers.count() < count && !wait.deadline.passed())
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  reach(50);
  break_it(k_breaking);
  reach(200);
  const auto report = take();
  reach(writers.count() + 50);
  writers.stop();
  ASSERT_TRUE(report) << report.error().message
                      << (report.error().notes.empty() ? "" : report.error().notes[0]);
  const auto acknowledged = writers.acknowledged();
  std::string list;
  for (const auto id : acknowledged) list += (list.empty() ? "" : ",") + std::to_string(id);
  EXPECT_GE(acknowledged.size(), 250U);
  EXPECT_EQ(value("SELECT count(*) FROM users WHERE id = ANY ('{" + list + "}'::bigint[])"),
            std::to_string(acknowledged.size()));
}

// Fails when a fence that was left behind is not looked for.
TEST_F(SafePath, AfterACrashBehindTheFenceItGoesOn) {
  back_up();
  break_it(k_breaking);
  exec("INSERT INTO users VALUES (1000, 'new', 40)");
  auto asked = request();
  {
    auto session = open("postgres", test::long_wait());
    auto fence = pg::Fence::put_up(*session, database_, "a test", 0, test::long_wait());
    ASSERT_TRUE(fence) << fence.error().message;
    EXPECT_FALSE(open(database_, test::long_wait())) << "nobody gets in";
    fence->forget();
  }
  const auto report = rollback::take_safe_path(asked, test::long_wait());
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(value("SELECT name FROM users WHERE id = 1000"), "new");
}

// Fails when any fence is taken for one that a crash left behind.
TEST_F(SafePath, AFenceThatIsInUseIsNotLifted) {
  back_up();
  break_it(k_breaking);
  auto asked = request();
  auto owner = open(database_, test::long_wait());
  auto session = open("postgres", test::long_wait());
  auto fence =
      pg::Fence::put_up(*session, database_, "a test", owner->backend_pid(), test::long_wait());
  ASSERT_TRUE(fence) << fence.error().message;
  EXPECT_EQ(rollback::take_safe_path(asked, test::long_wait()).error().code,
            ErrorCode::lock_timeout);
  EXPECT_FALSE(open(database_, test::long_wait())) << "it is up still";
}

TEST_F(SafePath, ACopyThatIsThereIsGoneOnWith) {
  back_up();
  break_it(k_breaking);
  auto asked = request();
  ASSERT_TRUE(asked.make_copy(rollback::copy_name(database_, 2), test::long_wait()));
  const auto report = rollback::take_safe_path(asked, test::long_wait());
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(copies_, 1);
  // Once it is done, it is not done again.
  EXPECT_EQ(rollback::take_safe_path(asked, test::long_wait()).error().code,
            ErrorCode::check_failed);
}

// Fails when the comparison is taken out: a copy that lost a row would be swapped in.
TEST_F(SafePath, ARowThatDiffersWithoutAReasonStopsTheSwap) {
  back_up();
  in(database_ + "_backup",
     "WITH gone AS (UPDATE users SET name = 'else' WHERE id = 50 RETURNING 1) "
     "SELECT count(*) FROM gone");
  // No row is written anew by this, so that none is carried.
  break_it("ALTER TABLE users RENAME COLUMN name TO display_name;");
  const auto report = take();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::check_failed);
  ASSERT_FALSE(report.error().notes.empty());
  EXPECT_NE(report.error().notes[0].find("users"), std::string::npos) << report.error().notes[0];
  EXPECT_EQ(value("SELECT display_name FROM users WHERE id = 50"), "u50") << "open, as it was";
}

TEST_F(SafePath, ABackupFromAfterTheRunIsRefused) {
  break_it(k_breaking);
  back_up();
  const auto report = take();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::check_failed);
  EXPECT_EQ(value("SELECT count(*) FROM users"), "100");
}

TEST_F(SafePath, APreparedTransactionKeepsTheDatabaseOpen) {
  if (value("SHOW max_prepared_transactions") == "0")
    FAIL() << "the test server must allow prepared transactions";
  back_up();
  break_it(k_breaking);
  auto asked = request();
  exec("BEGIN; INSERT INTO lines VALUES ('x'); PREPARE TRANSACTION 'dangling'");
  close_looker();
  const auto report = rollback::take_safe_path(asked, test::long_wait());
  exec("ROLLBACK PREPARED 'dangling'");
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message.find("dangling"), std::string::npos) << report.error().message;
}

} // namespace
} // namespace slipway
