// What a slot kept, taken into files piece by piece, and replayed from there.
#include "replay_test.hpp"
#include "slipway/os/temporary_folder.hpp"
#include "slipway/replay/apply_changes.hpp"
#include "slipway/replay/capture_slot.hpp"
#include "slipway/replay/forecast.hpp"
#include "slipway/replay/markers.hpp"
#include "slipway/replay/spooling.hpp"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <thread>

namespace slipway::replay {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_tables =
    "CREATE TABLE t (id serial PRIMARY KEY, a text, b text, gone text DEFAULT 'g', big text);"
    "CREATE TABLE heap (v int); CREATE TABLE cut (id int PRIMARY KEY)";

class Spool : public ReplayTest {
protected:
  static void SetUpTestSuite() {
    auto options = test::server_options();
    options.settings["wal_level"] = "logical";
    auto cluster = pg::Cluster::start(options, test::long_wait());
    if (!cluster) throw std::runtime_error(cluster.error().message);
    logical_ = std::make_unique<test::TestServer>(std::move(*cluster));
  }
  static void TearDownTestSuite() { logical_.reset(); }
  test::TestServer& server() override { return *logical_; }
  void SetUp() override {
    ReplayTest::SetUp();
    folder_.emplace(must(os::TemporaryFolder::make()));
    make_schema(k_tables);
    capture_ = arm("run-1");
    control_ = arm("control");
    back_up_while_writing();
  }
  void TearDown() override {
    auto session = connect();
    for (const SlotState& slot : must(slipway_slots(session, test::long_wait())))
      test::value(session, "SELECT pg_drop_replication_slot('" + slot.name + "')::text");
  }

  Capture arm(const std::string& run) {
    auto session = connect();
    return must(arm_capture(session, {capture_name(run), map_of(url_), {"slipway_replay"}},
                            test::long_wait()));
  }
  spool::Place place(pg::Session& session) {
    return must(
        spool_place(session, folder_->path(), capture_.name, capture_.since, test::long_wait()));
  }
  std::string first_file() {
    auto session = connect();
    return place(session).folder + "/00000001.spool";
  }
  SpoolStep step(const char* crash_at = "") {
    auto session = connect();
    must(end_of_writes(session, test::long_wait()));
    auto crash = must(os::CrashPlan::parse(crash_at));
    return must(spool_step(session, place(session), &crash, test::long_wait()));
  }
  /// Why the spool is refused; empty: it is not.
  std::string refusal() {
    auto session = connect();
    const auto checked = check_spool(session, place(session), test::long_wait());
    return checked ? "" : checked.error().message;
  }

  void migrate(const std::string& sql) {
    auto session = connect();
    test::exec(session, "BEGIN");
    test::exec(session, sql);
    migration_ = std::stoull(test::value(session, "SELECT pg_current_xact_id()"));
    must(emit_marker(session, "run-1", "step 1", test::long_wait()));
    test::exec(session, "COMMIT");
  }
  ReplayRequest request(pg::Session& origin) {
    ReplayRequest request{.slot = capture_.name,
                          .spool = folder_->path(),
                          .since = capture_.since,
                          .end = must(end_of_writes(origin, test::long_wait())),
                          .snapshot = snapshot_,
                          .run = "run-1",
                          .migration_transactions = {}};
    if (origin.server_version() < 140'000) request.migration_transactions = {migration_};
    return request;
  }
  Result<ReplayReport> try_replay(const ReplayRequest& wanted, pg::Session& origin) {
    auto copy = test::connect(copy_url_);
    ParkedTable parked(copy, "slipway_replay", "run-1");
    return apply_changes(origin, copy, parked, {before_, map_of(url_), map_of(copy_url_)},
                         carry_map(), wanted, test::long_wait());
  }
  ReplayReport replay() {
    auto origin = connect();
    return must(try_replay(request(origin), origin));
  }
  /// Rows that were written, by a slot from which nothing was taken.
  std::int64_t rows_of_control() {
    auto origin = connect();
    auto wanted = request(origin);
    wanted.slot = control_.name;
    wanted.spool.clear();
    wanted.since = control_.since;
    return must(forecast(origin, before_, wanted, 0, test::long_wait())).rows;
  }
  std::string of_slot(const std::string& what) {
    return value("SELECT " + what + "::text FROM pg_replication_slots WHERE slot_name = '" +
                 capture_.name + "'");
  }
  void write_some() {
    exec("INSERT INTO t (a, b) VALUES ('a', 'b'), ('c', 'd'); UPDATE t SET a = a || '1' "
         "WHERE id % 2 = 0; DELETE FROM t WHERE id % 5 = 0; INSERT INTO heap VALUES (7), (7);");
  }
  void expect_the_same() {
    EXPECT_EQ(in_copy("SELECT id, a, b, big FROM t ORDER BY id"),
              in_new("SELECT id, a, b, big FROM t ORDER BY id"));
    EXPECT_EQ(in_copy("SELECT count(*), sum(v) FROM heap"),
              in_new("SELECT count(*), sum(v) FROM heap"));
    EXPECT_EQ(in_copy("SELECT * FROM cut"), in_new("SELECT * FROM cut"));
    EXPECT_EQ(parked_lines(), Lines{});
  }

  static std::unique_ptr<test::TestServer> logical_;
  std::optional<os::TemporaryFolder> folder_;
  Capture capture_;
  Capture control_;
  std::uint64_t migration_ = 0;
};
std::unique_ptr<test::TestServer> Spool::logical_;

// Fails when a piece leaves out what its tables look like, or when what spool and slot both have
// comes twice.
TEST_F(Spool, pieces_and_the_rest_in_the_slot_come_to_what_the_slot_alone_gives) {
  exec("INSERT INTO t (a, big) SELECT 'toast', string_agg(md5(n::text), '') FROM "
       "generate_series(1, 500) AS n");
  const auto began = of_slot("restart_lsn");
  for (int round = 0; round < 3; ++round) {
    write_some();
    EXPECT_TRUE(step().at_end);
  }
  exec("UPDATE t SET b = 'not the long one' WHERE big IS NOT NULL; TRUNCATE cut");
  migrate("ALTER TABLE t RENAME a TO x; ALTER TABLE t RENAME b TO a; ALTER TABLE t RENAME x TO b; "
          "ALTER TABLE t DROP COLUMN gone; UPDATE t SET b = 'by migration' WHERE id = 3");
  step();
  exec("UPDATE t SET a = 'second', b = 'first' WHERE id = 2; INSERT INTO cut VALUES (1)");
  exec("CHECKPOINT");
  const auto last = step();
  exec("UPDATE t SET a = 'in the slot' WHERE id = 4");
  const auto wanted = rows_of_control();
  const auto report = replay();
  EXPECT_EQ(report.rows, wanted);
  EXPECT_GE(last.extent.transactions, 6U);
  EXPECT_EQ(in_copy("SELECT a, b FROM t WHERE id = 2"), Lines{"first|second"});
  EXPECT_EQ(in_copy("SELECT b FROM t WHERE id = 4"), Lines{"in the slot"});
  EXPECT_EQ(in_copy("SELECT count(*) FROM t WHERE a = 'by migration' OR b = 'by migration'"),
            Lines{"0"});
  EXPECT_EQ(in_copy("SELECT length(big) FROM t WHERE big IS NOT NULL"), Lines{"16000"});
  EXPECT_EQ(in_copy("SELECT count(*) FROM heap"), in_new("SELECT count(*) FROM heap"));
  EXPECT_EQ(of_slot("confirmed_flush_lsn"), lsn_text(last.extent.to));
  EXPECT_EQ(value("SELECT '" + of_slot("restart_lsn") + "'::pg_lsn > '" + began + "'::pg_lsn"),
            "t");
  // Again: nothing is made twice, and nothing is missed.
  write_some();
  step();
  exec("INSERT INTO heap VALUES (8)");
  const auto more = replay();
  EXPECT_GT(more.rows, 0);
  EXPECT_EQ(in_copy("SELECT count(*) FROM heap"), in_new("SELECT count(*) FROM heap"));
  EXPECT_EQ(replay().rows, 0);
}

// Fails when the slot is moved on before the file is whole (a piece is lost), and when what a slot
// gives again is not told from what is new (a piece comes twice).
TEST_F(Spool, killed_anywhere_it_loses_nothing_and_has_nothing_twice) {
  for (const char* point : {"spool.written", "spool.synced", "spool.advanced"}) {
    write_some();
    EXPECT_EXIT(step(point), testing::KilledBySignal(SIGKILL), "") << point;
    write_some();
    step();
  }
  // At last the slot is not moved on: it gives again what the spool has.
  for (const char* point : {"spool.written", "spool.advanced", "spool.synced"}) {
    write_some();
    EXPECT_EXIT(step(point), testing::KilledBySignal(SIGKILL), "") << point;
  }
  write_some();
  EXPECT_EQ(refusal(), "");
  const auto wanted = rows_of_control();
  EXPECT_EQ(replay().rows, wanted);
  expect_the_same();
}

// The slot still has what a file lost that never reached the disk.
TEST_F(Spool, a_torn_tail_is_read_again_from_the_slot) {
  write_some();
  step();
  write_some();
  EXPECT_EXIT(step("spool.written"), testing::KilledBySignal(SIGKILL), "");
  const auto file = first_file();
  fs::resize_file(file, fs::file_size(file) - 5);
  EXPECT_EQ(refusal(), "");
  write_some();
  step();
  const auto wanted = rows_of_control();
  EXPECT_EQ(replay().rows, wanted);
  expect_the_same();
}

TEST_F(Spool, what_is_broken_or_missing_is_refused_by_name_and_not_gone_on_with) {
  for (int round = 0; round < 3; ++round) {
    write_some();
    step();
  }
  const auto file = first_file();
  const auto size = fs::file_size(file);
  const auto refuses = [&](const std::string& words) {
    EXPECT_NE(refusal().find(words), std::string::npos) << refusal();
    auto session = connect();
    EXPECT_FALSE(spool_step(session, place(session), nullptr, test::long_wait()));
    auto wanted = request(session);
    EXPECT_FALSE(try_replay(wanted, session)) << "nor is anything replayed";
    EXPECT_EQ(in_copy("SELECT count(*) FROM heap"), Lines{"0"});
  };
  const auto flip = [&](std::uintmax_t at) {
    std::fstream bytes(file, std::ios::binary | std::ios::in | std::ios::out);
    bytes.seekg(static_cast<std::streamoff>(at));
    const auto one = static_cast<char>(bytes.get() ^ 4);
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes.put(one);
  };
  flip(size - 3);
  refuses("what is between is not there");
  flip(size - 3);
  flip(40);
  refuses("header was altered");
  flip(40);
  EXPECT_EQ(refusal(), "");
  fs::rename(file, file + ".aside");
  refuses("what is between is not there");
  fs::rename(file + ".aside", file);
  // Nobody told where a part of the stream is.
  auto origin = connect();
  auto wanted = request(origin);
  wanted.spool.clear();
  const auto without = try_replay(wanted, origin);
  ASSERT_FALSE(without);
  EXPECT_NE(without.error().message.find("was moved on to"), std::string::npos);
  replay();
  expect_the_same();
}

TEST_F(Spool, that_of_another_database_is_refused) {
  write_some();
  step();
  auto session = connect();
  const auto ours = place(session);
  auto other = test::connect(copy_url_);
  auto theirs =
      must(spool_place(other, folder_->path(), capture_.name, capture_.since, test::long_wait()));
  EXPECT_EQ(theirs.folder, ours.folder);
  const auto checked = check_spool(other, theirs, test::long_wait());
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find("of another database"), std::string::npos)
      << checked.error().message;
}

// Fails without the lock: both read the same piece, and both add it.
TEST_F(Spool, two_at_once_take_turns) {
  std::atomic<bool> ending = false;
  std::atomic<int> steps = 0;
  std::string trouble;
  std::mutex mutex;
  std::vector<std::thread> spoolers;
  for (int one = 0; one < 2; ++one)
    spoolers.emplace_back([&] {
      auto session = connect();
      while (!ending) {
        const auto done = spool_step(session, place(session), nullptr, test::long_wait());
        const std::scoped_lock lock(mutex);
        if (!done) trouble += done.error().message + "\n";
        ++steps;
      }
    });
  for (int round = 0; round < 40; ++round) write_some();
  const auto patience = Deadline::after(Millis(60'000));
  while (steps < 20 && !patience.passed())
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ending = true;
  for (auto& one : spoolers) one.join();
  EXPECT_EQ(trouble, "");
  EXPECT_EQ(refusal(), "");
  const auto wanted = rows_of_control();
  EXPECT_EQ(replay().rows, wanted);
  expect_the_same();
}

// The control is the same slot without a spool.
TEST_F(Spool, it_survives_where_the_server_gives_the_slot_alone_up) {
  const auto bound = [&](const std::string& size) {
    exec("ALTER SYSTEM SET max_slot_wal_keep_size = '" + size + "'");
    exec("SELECT pg_reload_conf()");
    const auto wait = test::long_wait();
    while (value("SHOW max_slot_wal_keep_size") != size && !wait.deadline.passed())
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  };
  bound(value("SELECT 4 * pg_size_bytes(current_setting('wal_segment_size')) / 1048576") + "MB");
  for (int segment = 0; segment < 9; ++segment) {
    write_some();
    exec("SELECT pg_switch_wal()");
    exec("CHECKPOINT");
    step();
  }
  auto session = connect();
  for (const auto& slot : must(slipway_slots(session, test::long_wait())))
    EXPECT_EQ(slot.lost, slot.name == control_.name) << slot.name;
  write_some();
  const auto report = replay();
  bound("-1");
  EXPECT_GT(report.rows, 9);
  expect_the_same();
}

} // namespace
} // namespace slipway::replay
