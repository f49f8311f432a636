// What a machine does to a run: a disk that is full, a clock that jumps, a kill whose statement
// goes on in the server.
#include "../e2e/running_program.hpp"
#include "message_relay.hpp"
#include "passage.hpp"

#include "slipway/os/process.hpp"

#include <csignal>
#include <pwd.h>
#include <set>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace slipway {
namespace {

constexpr std::uint64_t k_megabyte = std::uint64_t{1} << 20U;

/// Big enough for a file of the server's log, too small for the table below.
constexpr std::uint64_t k_small_disk = 17 * k_megabyte;

// As the server's own user: root may be without the privilege to do it to others.
void limit_files_of(int pid, std::uint64_t bytes) {
  struct stat process{};
  const auto folder = "/proc/" + std::to_string(pid);
  if (stat(folder.c_str(), &process) != 0) throw std::runtime_error("no process " + folder);
  os::Command command;
  command.arguments = {"prlimit", "--pid", std::to_string(pid),
                       "--fsize=" + std::to_string(bytes) + ":" + std::to_string(bytes)};
  if (process.st_uid != getuid()) command.user = getpwuid(process.st_uid)->pw_name;
  command.working_directory = "/";
  const auto limited = os::run(command, test::long_wait());
  if (!limited) throw std::runtime_error(limited.error().message);
  if (limited->exit_status != 0) throw std::runtime_error(limited->errors);
}

// One row a page: 3000 rows are 24 MB, made within a moment.
test::Kind big_table(const std::string& directives) {
  const std::string up =
      "CREATE TABLE big (id int, text text) WITH (fillfactor = 10);\n"
      "INSERT INTO effects VALUES ('big up');\n"
      "INSERT INTO big SELECT i, repeat('x', 1500) FROM generate_series(1, 3000) AS i;\n"
      "INSERT INTO effects VALUES ('big up 2');";
  return {.name = "big_table",
          .files = {{"1_big.sql", test::migration_text(up, "DROP TABLE big;", directives)}}};
}

// Compression would make it small again.
test::Kind big_index() {
  return {
      .name = "big_index",
      .files = {
          {"1_wide.sql",
           test::migration_text(
               "CREATE TABLE wide (id int, text text);\n"
               "ALTER TABLE wide ALTER COLUMN text SET STORAGE PLAIN;\n"
               "INSERT INTO wide SELECT i, i || repeat('x', 1200) FROM generate_series(1, 3000) AS i;\n"
               "CREATE INDEX CONCURRENTLY wide_text ON wide (id, text) WITH (fillfactor = 10);\n"
               "INSERT INTO effects VALUES ('wide up');",
               "DROP TABLE wide;")}}};
}

class FullDisk : public ::testing::Test {
protected:
  /// Runs the passage with every session's files limited, then without.
  static test::Ran run_on_small_disk(const test::Passage& passage, const std::string& url) {
    test::MessageRelay::Rules rules;
    rules.after = [](const test::Message& message) {
      if (message.type == 'K' && message.sender == test::Sender::server)
        limit_files_of(message.backend_pid, k_small_disk);
    };
    const test::MessageRelay relay(url, rules);
    return passage.go(relay.url());
  }

  /// Writes until the server's log stands behind the middle of one of its files. Yields the size of
  /// half of one.
  static std::uint64_t advance_log(pg::Session& session) {
    const std::string size = "pg_size_bytes(current_setting('wal_segment_size'))";
    while (test::value(session,
                       "SELECT file_offset BETWEEN " + size + " * 6 / 10 AND " + size +
                           " * 7 / 10 FROM pg_walfile_name_offset(pg_current_wal_insert_lsn())") !=
           "t")
      test::exec(session, "SELECT pg_logical_emit_message(false, 'test', repeat('x', 40000))");
    return std::stoull(test::value(session, "SELECT " + size + " / 2"));
  }

  /// Returns once the server has ended every session, this one too, and takes connections again.
  static void await_recovery(pg::Session& witness, const std::string& url) {
    const auto wait = test::long_wait();
    while (witness.query(SqlText("SELECT 1"), {}, wait)) {
      ASSERT_FALSE(wait.deadline.passed()) << "the server goes on";
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    pg::ConnectOptions options;
    options.connection_string = url;
    while (!pg::Session::open(options, wait)) {
      ASSERT_FALSE(wait.deadline.passed()) << "the server does not come back";
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
};

TEST_F(FullDisk, FailsATransactionWithNothingLeftAndARerunWithRoomDoesItOnce) {
  const auto kind = big_table("");
  const test::Passage passage(test::TestServer::instance(), kind, Direction::up);
  const auto url = passage.fresh_start();
  const auto ran = run_on_small_disk(passage, url);
  EXPECT_EQ(ran.status, 1) << ran.err;
  EXPECT_NE(ran.err.find("File too large"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("left nothing behind"), std::string::npos) << ran.err;
  EXPECT_EQ(passage.trouble_after_rerun(url), "");
}

TEST_F(FullDisk, FailsAStatementOnItsOwnAndARerunGoesOnThere) {
  const auto kind = big_table("-- slipway:transaction off\n");
  const test::Passage passage(test::TestServer::instance(), kind, Direction::up);
  const auto url = passage.fresh_start();
  const auto ran = run_on_small_disk(passage, url);
  EXPECT_EQ(ran.status, 5) << ran.err;
  EXPECT_NE(ran.err.find("File too large"), std::string::npos) << ran.err;
  EXPECT_EQ(passage.trouble_after_rerun(url), "");
}

// Fails when the INVALID index is not dropped, neither at once nor by the next run.
TEST_F(FullDisk, FailsAConcurrentIndexAndNoInvalidOneIsLeft) {
  const auto kind = big_index();
  const test::Passage passage(test::TestServer::instance(), kind, Direction::up);
  const auto url = passage.fresh_start();
  const auto ran = run_on_small_disk(passage, url);
  EXPECT_EQ(ran.status, 5) << ran.err;
  EXPECT_NE(ran.err.find("File too large"), std::string::npos) << ran.err;
  EXPECT_EQ(passage.trouble_after_rerun(url), "");
}

// The server cannot write its log: it gives up as a whole and recovers, and every session with it.
TEST_F(FullDisk, OfTheServersLogEndsEverySessionAndARerunEndsAsAnUndisturbedRun) {
  const test::Passage passage(test::TestServer::instance(), test::kind_named("mixed"),
                              Direction::up);
  int panics = 0;
  constexpr int k_last = 36;
  constexpr int k_step = 4;
  for (int n = 3; n < k_last; n += k_step) {
    const auto url = passage.fresh_start();
    auto witness = test::connect(url);
    const auto too_small = advance_log(witness);
    int requests = 0;
    test::MessageRelay::Rules rules;
    rules.before = [&](const test::Message& message) {
      if (message.sender == test::Sender::client && (message.type == 'Q' || message.type == 'S') &&
          ++requests == n)
        limit_files_of(message.backend_pid, too_small);
      return test::Fate::forwarded;
    };
    test::Ran ran;
    {
      const test::MessageRelay relay(url, rules);
      ran = passage.go(relay.url() + " options='-c synchronous_commit=on'");
    }
    if (ran.err.find("connection") != std::string::npos) {
      ++panics;
      await_recovery(witness, url);
    }
    witness.close();
    EXPECT_EQ(passage.trouble_after_rerun(url), "") << "at request " << n << "\n" << ran.err;
  }
  EXPECT_GT(panics, 1);
}

class JumpingClock : public test::RunnerTest {
protected:
  static test::Environment with_jumps() {
    return {{"LD_PRELOAD", SLIPWAY_JUMPING_CLOCK}, {"ASAN_OPTIONS", "verify_asan_link_order=0"}};
  }
  test::Ran run_with_jumps(const std::vector<std::string>& arguments) {
    auto environment = with_jumps();
    environment["DATABASE_URL"] = url_;
    return test::slipway(
        arguments, {.environment = environment, .working_directory = project_.path(), .input = {}});
  }
};

TEST_F(JumpingClock, ReallyJumps) {
  write("1_a.sql", "SELECT 1;", "SELECT 1;");
  const auto ran = run_with_jumps({"up", "--log-format", "json"});
  std::set<std::string> days;
  for (std::size_t at = ran.err.find("\"time\":\""); at != std::string::npos;
       at = ran.err.find("\"time\":\"", at + 1))
    days.insert(ran.err.substr(at + 8, 10));
  EXPECT_GT(days.size(), 1U) << ran.err;
}

TEST_F(JumpingClock, ChangesNoResult) {
  for (const auto& [name, direction] : test::all_passages()) {
    const test::Passage passage(test::TestServer::instance(), test::kind_named(name), direction);
    const auto url = passage.fresh_start();
    const auto ran = passage.go(url, with_jumps());
    EXPECT_EQ(ran.status, passage.undisturbed_status()) << passage.name() << ran.err;
    EXPECT_EQ(passage.trouble_after_rerun(url), "") << passage.name();
  }
}

// Fails when a wait is measured by the clock on the wall: it then ends at once, or in a day.
TEST_F(JumpingClock, MovesNoDeadline) {
  write("1_a.sql", "SELECT pg_sleep(600);", "SELECT 1;");
  auto holder = start({"up"});
  await(
      "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600%' AND state = 'active' AND datname = current_database())");
  const auto waiter = run_with_jumps({"up", "--lock-wait", "300ms"});
  EXPECT_EQ(waiter.status, 6) << waiter.err;
  holder.signal(SIGINT);
  EXPECT_EQ(holder.wait(), 1) << holder.printed();
  const auto late = run_with_jumps({"up", "--deadline", "1s"});
  EXPECT_EQ(late.status, 1) << late.err;
  EXPECT_NE(late.err.find("the deadline passed"), std::string::npos) << late.err;
}

// The measured fact: after the client's kill -9 its statement goes on, with its locks.
class Ghost : public test::RunnerTest {
protected:
  static constexpr const char* k_sleeping =
      "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600%' AND state = 'active' AND datname = current_database())";
  static constexpr const char* k_exclusively_locked =
      "EXISTS (SELECT FROM pg_locks WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock' AND granted AND pid <> pg_backend_pid() "
      "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))";
  /// From 14 on the server looks every second whether its client is there; before, only the
  /// statement's own time limit helps.
  std::vector<std::string> arguments() const {
    if (major_version() >= 14) return {"up"};
    return {"up", "--statement-timeout", "3s"};
  }
};

// Fails on 14 and later when client_connection_check_interval is not set: the lock is then held for
// the ten minutes of the sleep, or five of the statement time-out.
TEST_F(Ghost, OfARunningStatementHoldsItsLocksForAMomentOnly) {
  exec("CREATE TABLE a (id int)");
  write("1_a.sql", "ALTER TABLE a ADD COLUMN more int;\nSELECT pg_sleep(600);",
        "ALTER TABLE a DROP COLUMN more;");
  auto killed = start(arguments());
  await(k_sleeping);
  EXPECT_EQ(value(std::string("SELECT ") + k_exclusively_locked), "t");
  killed.signal(SIGKILL);
  killed.wait();
  await(std::string("NOT ") + k_exclusively_locked);
  EXPECT_EQ(
      value(
          "SELECT count(*) FROM pg_attribute WHERE attrelid = 'a'::regclass AND attname = 'more'"),
      "0");
}

TEST_F(Ghost, OfAWaitingStatementNeitherStaysInTheQueueNorIsDoneLater) {
  exec("CREATE TABLE a (id int)");
  auto reader = connect();
  test::exec(reader, "BEGIN");
  test::exec(reader, "SELECT count(*) FROM a");
  write("1_a.sql", "ALTER TABLE a ADD COLUMN more int;", "ALTER TABLE a DROP COLUMN more;");
  auto killed = start({"up"});
  await(
      "EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'slipway:%' AND datname = current_database())");
  killed.signal(SIGKILL);
  killed.wait();
  await(
      "NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'slipway:%' AND datname = current_database())");
  EXPECT_EQ(value("SELECT count(*) FROM pg_locks WHERE NOT granted"), "0");
  test::exec(reader, "COMMIT");
  EXPECT_EQ(
      value(
          "SELECT count(*) FROM pg_attribute WHERE attrelid = 'a'::regclass AND attname = 'more'"),
      "0");
  EXPECT_EQ(run({"up"}).status, 0);
}

} // namespace
} // namespace slipway
