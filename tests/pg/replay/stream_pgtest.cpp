// Writes kept by a slot and replayed onto the copy.
#include "replay_test.hpp"
#include "slipway/replay/apply_changes.hpp"
#include "slipway/replay/capture_slot.hpp"
#include "slipway/replay/forecast.hpp"
#include "slipway/replay/markers.hpp"
#include "slipway/replay/reconcile.hpp"
#include "slipway/replay/verify.hpp"

#include <thread>

namespace slipway::replay {
namespace {

class Stream : public ReplayTest {
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
  // Slots belong to the whole cluster.
  void TearDown() override {
    auto session = connect();
    for (const SlotState& slot : must(slipway_slots(session, test::long_wait())))
      test::value(session, "SELECT pg_drop_replication_slot('" + slot.name + "')::text");
  }

  void arm() {
    auto session = connect();
    capture_ = must(arm_capture(session, {capture_name("run-1"), map_of(url_), {"slipway_replay"}},
                                test::long_wait()));
  }
  /// The migration's own transaction, marked as one.
  void migrate(const std::string& sql) {
    auto session = connect();
    test::exec(session, "BEGIN");
    test::exec(session, sql);
    migration_ = std::stoull(test::value(session, "SELECT pg_current_xact_id()"));
    must(emit_marker(session, "run-1", "step 1", test::long_wait()));
    test::exec(session, "COMMIT");
  }
  ReplayRequest request(pg::Session& origin, std::size_t group) {
    ReplayRequest request{.slot = capture_.name,
                          .end = must(end_of_writes(origin, test::long_wait())),
                          .snapshot = snapshot_,
                          .run = "run-1",
                          .migration_transactions = {},
                          .group = group};
    if (origin.server_version() < 140'000) request.migration_transactions = {migration_};
    return request;
  }
  Forecast foreseen() {
    auto origin = connect();
    return must(forecast(origin, before_, request(origin, 0), 0, test::long_wait()));
  }
  Result<ReplayReport> try_replay(std::size_t group = 2000) {
    auto origin = connect();
    auto copy = test::connect(copy_url_);
    ParkedTable parked(copy, "slipway_replay", "run-1");
    return apply_changes(origin, copy, parked, {before_, map_of(url_), map_of(copy_url_)},
                         carry_map(), request(origin, group), test::long_wait());
  }
  ReplayReport replay(std::size_t group = 2000) { return must(try_replay(group)); }

  /// Replays, and ends the session that applies while it waits for a table that somebody holds.
  Result<ReplayReport> cut_off_at(const std::string& table) {
    auto holder = test::connect(copy_url_);
    test::exec(holder, "BEGIN; LOCK TABLE " + table + " IN SHARE MODE");
    Result<ReplayReport> result = ReplayReport();
    std::thread replaying([&] { result = try_replay(5); });
    auto killer = test::connect(copy_url_);
    const auto patience = Deadline::after(Millis(60'000));
    while (
        test::rows(
            killer,
            "SELECT pg_terminate_backend(pid), pg_sleep(0.02) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND datname = current_database()")
            .empty() &&
        !patience.passed()) {
    }
    replaying.join();
    return result;
  }

  static std::unique_ptr<test::TestServer> logical_;
  Capture capture_;
  std::uint64_t migration_ = 0;
};
std::unique_ptr<test::TestServer> Stream::logical_;

constexpr const char* k_tables =
    "CREATE TABLE t (id int PRIMARY KEY, a text, b text, n int, gone text DEFAULT 'g', big text);"
    "CREATE TABLE heap (v text, n int);"
    "CREATE TABLE i (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int, twice int GENERATED ALWAYS AS (a * 2) STORED);"
    "CREATE TABLE c (id int PRIMARY KEY, i int REFERENCES i ON DELETE CASCADE);"
    "CREATE TABLE part (id int, k int, PRIMARY KEY (id, k)) PARTITION BY LIST (k);"
    "CREATE TABLE part1 PARTITION OF part FOR VALUES IN (1); CREATE TABLE part2 PARTITION OF part FOR VALUES IN (2);"
    "CREATE TABLE cut (id int PRIMARY KEY)";

// The test's server has synchronous_commit off. Fails when the end is where the server's log is at
// the moment: the last writes are not in the stream then.
TEST_F(Stream, writes_before_and_after_a_destructive_migration_arrive_once) {
  make_schema(k_tables);
  exec(
      "INSERT INTO t VALUES (1, 'a', 'b', 1, 'kept', repeat(md5('x'), 3000)), (2, 'a', 'b', 1, 'g', NULL); INSERT INTO heap VALUES ('x', 1), ('x', 1);"
      "INSERT INTO i (a) VALUES (1), (2); INSERT INTO c VALUES (1, 1), (2, 2); INSERT INTO part VALUES (1, 1); INSERT INTO cut VALUES (1)");
  exec("ALTER TABLE t ALTER big SET STORAGE EXTERNAL");
  arm();
  exec("INSERT INTO t VALUES (3, 'before the snapshot', 'b', 1)");
  back_up_while_writing();
  exec(
      "UPDATE t SET gone = 'written before', n = 2 WHERE id = 1; UPDATE t SET id = 20 WHERE id = 2");
  exec(
      "BEGIN; SAVEPOINT s; INSERT INTO t VALUES (90); ROLLBACK TO s; INSERT INTO t (id, n) VALUES (4, 4); COMMIT");
  exec("BEGIN; INSERT INTO t (id, n) VALUES (5, 5); PREPARE TRANSACTION 'two_" + capture_.name +
       "'");
  exec("COMMIT PREPARED 'two_" + capture_.name + "'");
  exec(
      "DELETE FROM i WHERE id = 1; INSERT INTO i (a) VALUES (9); UPDATE i SET a = 7 WHERE id = 2; UPDATE part SET k = 2; TRUNCATE cut; INSERT INTO cut VALUES (2);"
      "DELETE FROM heap WHERE ctid = (SELECT min(ctid) FROM heap); INSERT INTO heap VALUES (NULL, 3); UPDATE heap SET n = 4 WHERE n = 3");
  migrate(
      "ALTER TABLE t RENAME a TO x; ALTER TABLE t RENAME b TO a; ALTER TABLE t RENAME x TO b; ALTER TABLE t DROP gone;"
      "ALTER TABLE t ALTER n TYPE bigint; UPDATE t SET a = 'by migration' WHERE id = 4; CREATE TABLE fresh (id int PRIMARY KEY);"
      "ALTER TABLE t RENAME TO people");
  exec(
      "UPDATE people SET a = 'new b', b = 'new a' WHERE id = 1; INSERT INTO people (id, a, b, n) VALUES (6, 'b6', 'a6', 6), (7, 'b7', 'a7', 7000000000);"
      "UPDATE people SET n = 8 WHERE id = 7");

  exec("INSERT INTO fresh VALUES (1)");
  const auto seen = foreseen();
  EXPECT_EQ(seen.rows_without_table, 0) << "a table that is not published is not in the stream";
  const auto report = replay();
  EXPECT_EQ(seen.rows, report.rows);
  EXPECT_EQ(seen.transactions, report.transactions);
  EXPECT_EQ(report.by_migration, 1);
  EXPECT_EQ(report.parked, 2);
  EXPECT_EQ(in_copy("SELECT id, a, b, n, gone, length(big) FROM t ORDER BY id"),
            (Lines{"1|new a|new b|2|written before|96000", "3|before the snapshot|b|1|g|NULL",
                   "4|NULL|NULL|4|g|NULL", "5|NULL|NULL|5|g|NULL", "6|a6|b6|6|g|NULL",
                   "20|a|b|1|g|NULL"}));
  EXPECT_EQ(parked_lines(),
            (Lines{"insert {\"id\": \"7\"} 22003", "update {\"id\": \"7\"} 02000"}));
  for (const char* table : {"heap", "i", "c", "part", "cut"})
    EXPECT_EQ(in_copy("SELECT t.*::text FROM " + std::string(table) + " t ORDER BY 1"),
              in_new("SELECT t.*::text FROM " + std::string(table) + " t ORDER BY 1"))
        << table;

  const auto again = replay();
  EXPECT_EQ(again.rows, 0);
  EXPECT_EQ(parked().size(), 2U);

  auto origin = connect();
  auto copy = test::connect(copy_url_);
  ParkedTable kept(copy, "slipway_replay", "run-1");
  must(reconcile(origin, copy, kept, carry_map(), {snapshot_}, test::long_wait()));
  const auto view = must(ReadView::open(origin, test::long_wait()));
  const auto proof = must(
      verify(view, copy, kept, carry_map(),
             {.migration_transactions = {migration_}, .migration_rows = again.by_migration_rows},
             test::long_wait()));
  EXPECT_TRUE(proof.is_good());
}

// Fails when progress is not kept in the transaction of the rows: a row would come twice, or never.
TEST_F(Stream, a_replay_that_is_cut_off_goes_on_where_it_was) {
  make_schema(
      "CREATE TABLE t (id serial PRIMARY KEY, n int); CREATE TABLE heap (v int); CREATE TABLE mid (v int)");
  arm();
  back_up_while_writing();
  for (int at = 0; at < 40; ++at)
    exec(
        "INSERT INTO t (n) VALUES (1); UPDATE t SET n = n + 1 WHERE id = 1; INSERT INTO heap VALUES (7);" +
        std::string(at == 20 ? "INSERT INTO mid VALUES (1)" : ""));
  EXPECT_FALSE(cut_off_at("t"));
  EXPECT_EQ(in_copy("SELECT count(*) FROM slipway_replay.replayed"), Lines{"0"});
  EXPECT_FALSE(cut_off_at("mid"));
  EXPECT_EQ(in_copy("SELECT count(*) FROM slipway_replay.replayed"), Lines{"1"});
  EXPECT_NE(in_copy("SELECT count(*) FROM heap"), Lines{"0"});
  replay(7);
  EXPECT_EQ(in_copy("SELECT * FROM t ORDER BY id"), in_new("SELECT * FROM t ORDER BY id"));
  EXPECT_EQ(in_copy("SELECT count(*) FROM heap"), Lines{"40"});
}

// Fails for a publication of all tables: tables without a key could not be written to.
TEST_F(Stream, tables_without_a_key_can_still_be_written_and_identities_come_back) {
  exec(
      "CREATE TABLE heap (v int); CREATE TABLE quiet (v int); ALTER TABLE quiet REPLICA IDENTITY NOTHING;"
      "CREATE TABLE keyed (id int PRIMARY KEY); INSERT INTO heap VALUES (1)");
  arm();
  exec(
      "CREATE TABLE later (v int); INSERT INTO later VALUES (1); UPDATE later SET v = 2; UPDATE heap SET v = 2; DELETE FROM quiet");
  const std::string identities =
      "SELECT relname, relreplident FROM pg_class WHERE relname IN ('heap', 'quiet', 'keyed') ORDER BY 1";
  EXPECT_EQ(in_new(identities), (Lines{"heap|f", "keyed|d", "quiet|f"}));
  exec("ALTER TABLE heap RENAME TO other");
  exec("ALTER TABLE other RENAME TO heap");
  auto session = connect();
  ASSERT_EQ(must(slipway_slots(session, test::long_wait())).size(), 1U);
  must(drop_capture(session, capture_, test::long_wait()));
  EXPECT_EQ(in_new(identities), (Lines{"heap|d", "keyed|d", "quiet|n"}));
  must(drop_capture(session, capture_, test::long_wait()));
  EXPECT_EQ(in_new("SELECT count(*) FROM pg_publication"), Lines{"0"});
  EXPECT_TRUE(must(slipway_slots(session, test::long_wait())).empty());
}

TEST_F(Stream, a_writer_who_does_not_finish_is_named_and_nothing_is_left) {
  exec("CREATE TABLE t (v int)");
  auto writer = connect();
  test::exec(writer, "BEGIN; INSERT INTO t VALUES (1)");
  auto session = connect();
  const auto armed = arm_capture(
      session, {.name = "slipway_x", .tables = {}, .leave_out = {}, .patience = Millis(300)},
      test::long_wait());
  ASSERT_FALSE(armed);
  EXPECT_EQ(armed.error().code, ErrorCode::lock_timeout);
  ASSERT_FALSE(armed.error().notes.empty());
  EXPECT_NE(armed.error().notes[0].find(std::to_string(writer.backend_pid())), std::string::npos);
  EXPECT_EQ(in_new("SELECT count(*) FROM pg_publication"), Lines{"0"});
  EXPECT_TRUE(must(slipway_slots(session, test::long_wait())).empty());
}

TEST_F(Stream, a_role_that_may_have_no_slot_is_told) {
  exec("CREATE ROLE small");
  {
    auto session = connect();
    must(check_capture(session, test::long_wait()));
    test::exec(session, "SET ROLE small");
    const auto allowed = check_capture(session, test::long_wait());
    ASSERT_FALSE(allowed);
    EXPECT_EQ(allowed.error().code, ErrorCode::unsupported);
  }
  exec("DROP ROLE small");
}

} // namespace
} // namespace slipway::replay
