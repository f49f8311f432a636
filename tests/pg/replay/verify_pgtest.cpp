// The proof: what differs must be parked, or it is named.
#include "slipway/replay/verify.hpp"

#include "replay_test.hpp"
#include "slipway/replay/reconcile.hpp"

namespace slipway::replay {
namespace {

class Verify : public ReplayTest {
protected:
  VerifyReport verified(const Reverses& reverses = {}, const VerifyRequest& request = {}) {
    auto origin = connect();
    auto copy = test::connect(copy_url_);
    ParkedTable parked(copy, "slipway_replay", "run-1");
    must(parked.create(test::long_wait()));
    const auto map = carry_map(reverses);
    const auto view = must(ReadView::open(origin, test::long_wait()));
    return must(verify(view, copy, parked, map, request, test::long_wait()));
  }
  static Lines unexplained(const VerifyReport& report) {
    Lines lines;
    for (const Unexplained& one : report.unexplained)
      lines.push_back(one.table.name + " " + one.key + (one.in_copy ? " old" : "") +
                      (one.in_new ? " new" : ""));
    return lines;
  }
  void in_copy_exec(const std::string& sql) {
    auto copy = test::connect(copy_url_);
    test::exec(copy, sql);
  }
};

TEST_F(Verify, equal_tables_are_equal_and_each_kind_of_difference_is_named) {
  exec(
      "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT g, 'v' FROM generate_series(1, 20000) g");
  back_up();
  EXPECT_TRUE(verified().is_good());
  in_copy_exec(
      "UPDATE t SET v = 'x' WHERE id = 77; DELETE FROM t WHERE id = 78; INSERT INTO t VALUES (-1, NULL)");
  const auto report = verified();
  EXPECT_FALSE(report.is_good());
  auto lines = unexplained(report);
  std::sort(lines.begin(), lines.end());
  EXPECT_EQ(lines, (Lines{"t {\"id\": \"-1\"} old", "t {\"id\": \"77\"} old new",
                          "t {\"id\": \"78\"} new"}));
}

// Fails when the hashes are combined by XOR alone.
TEST_F(Verify, a_pair_of_equal_rows_that_is_missing_shows) {
  exec("CREATE TABLE t (v int); INSERT INTO t VALUES (1), (2), (2)");
  back_up();
  in_copy_exec("DELETE FROM t WHERE v = 2; INSERT INTO t VALUES (3), (3)");
  EXPECT_EQ(verified().unexplained.size(), 2U);
}

TEST_F(Verify, null_and_empty_are_not_the_same) {
  exec("CREATE TABLE t (id int PRIMARY KEY, a text, b text); INSERT INTO t VALUES (1, '', NULL)");
  back_up();
  in_copy_exec("UPDATE t SET a = NULL, b = ''");
  EXPECT_FALSE(verified().is_good());
}

TEST_F(Verify, after_carrying_over_only_parked_rows_differ) {
  exec(
      "CREATE TABLE t (id int PRIMARY KEY, n int, j text, gone text); CREATE TABLE heap (v int CHECK (v < 10));"
      "INSERT INTO t SELECT g, g, '{\"i\":1}', 'x' FROM generate_series(1, 100) g");
  back_up();
  exec(
      "ALTER TABLE t ALTER n TYPE bigint, ALTER j TYPE jsonb USING j::jsonb, DROP gone; ALTER TABLE heap DROP CONSTRAINT heap_v_check;"
      "CREATE TABLE fresh (id int); INSERT INTO fresh VALUES (1);"
      "UPDATE t SET n = 5000000000 WHERE id = 5; INSERT INTO t VALUES (200, 1, '{}'); DELETE FROM t WHERE id = 6;"
      "INSERT INTO heap VALUES (1), (11), (11)");
  EXPECT_FALSE(verified().is_good());
  sync();
  const auto report = verified();
  EXPECT_EQ(unexplained(report), Lines{});
  ASSERT_EQ(report.tables.size(), 3U);
  EXPECT_EQ(report.tables[0].parked, 1);
  EXPECT_EQ(report.unchecked,
            Lines{"column \"gone\" of \"public\".\"t\" is not in the new schema"});
  // Fails when a parked row of another table, key or number is taken for the reason.
  in_copy_exec(
      "DELETE FROM slipway_replay.parked WHERE id IN (SELECT max(id) FROM slipway_replay.parked GROUP BY table_name)");
  EXPECT_EQ(verified().unexplained.size(), 3U);
}

TEST_F(Verify, what_the_migration_wrote_itself_is_told_apart_by_its_rows) {
  exec("CREATE TABLE t (id int PRIMARY KEY, mail text); INSERT INTO t VALUES (1, 'A'), (2, 'B')");
  back_up();
  exec("UPDATE t SET mail = lower(mail) WHERE id = 1; UPDATE t SET mail = 'app' WHERE id = 2");
  VerifyRequest request;
  request.migration_rows.add({"public", "t"}, "{\"id\":\"1\"}");
  const auto report = verified({}, request);
  EXPECT_EQ(report.tables.at(0).by_migration, 1);
  EXPECT_EQ(unexplained(report), Lines{"t {\"id\": \"2\"} old new"});
}

// Fails when a row that a change of type wrote anew may differ in any column.
TEST_F(Verify, a_new_type_explains_values_of_its_own_column_only) {
  exec("CREATE TABLE t (id int PRIMARY KEY, n int, mail text);"
       "INSERT INTO t VALUES (1, 1, 'a'), (2, 2, 'b')");
  back_up();
  exec("UPDATE t SET mail = 'lost' WHERE id = 2");
  const auto xid = value("BEGIN; ALTER TABLE t ALTER n TYPE bigint USING n * 100; SELECT "
                         "pg_current_xact_id()");
  exec("COMMIT");
  const auto report = verified(
      {}, {.migration_transactions = {std::stoull(xid) + (1ULL << 32U)}, .migration_rows = {}});
  EXPECT_EQ(report.tables.at(0).by_migration, 2);
  EXPECT_EQ(unexplained(report), Lines{"t {\"id\": \"2\"} old new"});
}

class Reconcile : public Verify {
protected:
  ReconcileReport reconciled(const MigrationRows* not_carried = nullptr) {
    auto origin = connect();
    auto copy = test::connect(copy_url_);
    ParkedTable parked(copy, "slipway_replay", "run-1");
    return must(reconcile(origin, copy, parked, carry_map(),
                          {.snapshot = snapshot_, .seen = {}, .not_carried = not_carried},
                          test::long_wait()));
  }
};

TEST_F(Reconcile, sequences_take_the_farther_value_also_those_that_nothing_owns) {
  exec(
      "CREATE TABLE t (id serial PRIMARY KEY, i int GENERATED ALWAYS AS IDENTITY); CREATE SEQUENCE alone;"
      "CREATE SEQUENCE down INCREMENT -1; CREATE SEQUENCE ahead; CREATE SEQUENCE unused; SELECT nextval('alone')");
  back_up();
  exec(
      "INSERT INTO t DEFAULT VALUES; INSERT INTO t DEFAULT VALUES; ALTER TABLE t RENAME TO u; ALTER SEQUENCE t_id_seq RENAME TO other;"
      "SELECT setval('alone', 40), setval('down', -7), setval('ahead', 3)");
  in_copy_exec("SELECT setval('ahead', 9)");
  EXPECT_EQ(reconciled().sequences_moved, 4);
  EXPECT_EQ(
      in_copy(
          "SELECT nextval('t_id_seq'), nextval(pg_get_serial_sequence('t', 'i')), nextval('alone'),"
          " nextval('down'), nextval('ahead'), nextval('unused')"),
      Lines{"3|3|41|-8|10|1"});
}

TEST_F(Reconcile, a_sequence_beyond_what_the_old_one_holds_is_told) {
  exec("CREATE SEQUENCE s AS int");
  back_up();
  exec("ALTER SEQUENCE s AS bigint; SELECT setval('s', 5000000000)");
  const auto report = reconciled();
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_EQ(in_copy("SELECT last_value FROM s"), Lines{"2147483647"});
  EXPECT_EQ(reconciled().sequences_moved, 0);
}

TEST_F(Reconcile, large_objects_follow) {
  exec(
      "SELECT lo_from_bytea(70001, 'same'), lo_from_bytea(70002, 'old and long'), lo_from_bytea(70003, 'gone')");
  back_up();
  exec(
      "SELECT lo_truncate(lo_open(70002, 131072), 0), lo_put(70002, 0, 'new'), lo_unlink(70003), lo_from_bytea(70004, '')");
  exec("SELECT lo_from_bytea(70005, convert_to(repeat('x', 9000000), 'UTF8'))");
  const auto report = reconciled();
  EXPECT_EQ(report.large_objects_copied, 3);
  EXPECT_EQ(report.large_objects_removed, 1);
  EXPECT_EQ(
      in_copy(
          "SELECT oid, length(lo_get(oid)), md5(lo_get(oid)) FROM pg_largeobject_metadata ORDER BY 1"),
      in_new(
          "SELECT oid, length(lo_get(oid)), md5(lo_get(oid)) FROM pg_largeobject_metadata ORDER BY 1"));
}

TEST_F(Reconcile, children_of_a_parked_parent_are_parked_down_the_line) {
  exec(
      "CREATE TABLE a (id int PRIMARY KEY, n int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);"
      "CREATE TABLE c (id int PRIMARY KEY, b int REFERENCES b); INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1)");
  back_up();
  exec("ALTER TABLE a ALTER n TYPE bigint; INSERT INTO a VALUES (2, 5000000000), (3, 3);"
       "INSERT INTO b VALUES (2, 2), (3, 3), (4, NULL); INSERT INTO c VALUES (2, 2), (3, 3)");
  sync();
  EXPECT_EQ(reconciled().orphans_parked, 2);
  EXPECT_EQ(in_copy("SELECT id FROM b ORDER BY 1"), (Lines{"1", "3", "4"}));
  EXPECT_EQ(in_copy("SELECT id FROM c ORDER BY 1"), Lines{"3"});
  EXPECT_TRUE(verified().is_good());
  EXPECT_EQ(reconciled().orphans_parked, 0);
  EXPECT_EQ(parked().size(), 3U);
}

// Fails when a foreign key that the new schema does not have, has not validated, or has over other
// columns, is taken to hold, or one whose parents are not all in the copy.
TEST_F(Reconcile,
       a_foreign_key_that_holds_in_the_new_schema_is_looked_at_only_where_rows_are_missing) {
  exec("CREATE TABLE p (id int PRIMARY KEY, n int UNIQUE);"
       "CREATE TABLE kept (id int PRIMARY KEY, p int REFERENCES p);"
       "CREATE TABLE gone (id int PRIMARY KEY, p int REFERENCES p);"
       "CREATE TABLE unsure (id int PRIMARY KEY, p int REFERENCES p);"
       "CREATE TABLE other (id int PRIMARY KEY, p int REFERENCES p)");
  back_up();
  exec(
      "ALTER TABLE p RENAME TO parents; ALTER TABLE parents RENAME id TO number;"
      "ALTER TABLE gone DROP CONSTRAINT gone_p_fkey;"
      "ALTER TABLE unsure DROP CONSTRAINT unsure_p_fkey,"
      " ADD FOREIGN KEY (p) REFERENCES parents NOT VALID;"
      "ALTER TABLE other DROP CONSTRAINT other_p_fkey, ADD FOREIGN KEY (p) REFERENCES parents (n)");
  for (const std::string table : {"kept", "gone", "unsure", "other"})
    in_copy_exec("SET session_replication_role = replica; INSERT INTO " + table + " VALUES (1, 9)");
  EXPECT_EQ(reconciled().orphans_parked, 3);
  EXPECT_EQ(in_copy("SELECT id FROM kept"), Lines{"1"});
  in_copy_exec("INSERT INTO slipway_replay.parked (run, schema_name, table_name, operation, key,"
               " sqlstate, message) SELECT run, schema_name, 'p', operation, key, sqlstate, message"
               " FROM slipway_replay.parked LIMIT 1");
  EXPECT_EQ(reconciled().orphans_parked, 1);
}

// Fails when rows that a replay leaves to the migration count as there.
TEST_F(Reconcile, a_parent_that_the_migration_wrote_may_be_missing) {
  exec("CREATE TABLE p (id int PRIMARY KEY);"
       "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p)");
  back_up();
  exec("INSERT INTO p VALUES (1); INSERT INTO c VALUES (1, 1)");
  in_copy_exec("SET session_replication_role = replica; INSERT INTO c VALUES (1, 1)");
  EXPECT_EQ(reconciled().orphans_parked, 0);
  MigrationRows written;
  written.add({"public", "p"}, "{\"id\":\"1\"}");
  EXPECT_EQ(reconciled(&written).orphans_parked, 1);
}

TEST_F(Reconcile, what_is_done_ahead_leaves_the_rest_for_the_end) {
  exec(
      "CREATE TABLE t (id int PRIMARY KEY); SELECT lo_from_bytea(7001, 'a'), lo_from_bytea(7002, 'b');"
      "CREATE MATERIALIZED VIEW v AS SELECT count(*) AS n FROM t");
  back_up();
  exec("SELECT lo_put(7001, 0, 'A'), lo_from_bytea(7003, 'c'), lo_unlink(7002)");
  in_copy_exec("INSERT INTO t VALUES (1)");
  auto origin = connect();
  auto copy = test::connect(copy_url_);
  const auto ahead = must(reconcile_ahead(origin, copy, snapshot_, test::long_wait()));
  EXPECT_EQ(ahead.report.large_objects_copied, 2);
  EXPECT_EQ(ahead.report.large_objects_removed, 1);
  EXPECT_EQ(ahead.report.views_refreshed, 1);
  EXPECT_EQ(in_copy("SELECT n FROM v"), Lines{"1"});
  exec("SELECT lo_put(7003, 0, 'C')");
  ParkedTable parked(copy, "slipway_replay", "run-1");
  const auto rest =
      must(reconcile(origin, copy, parked, carry_map(),
                     {.snapshot = snapshot_, .seen = {}, .ahead = ahead}, test::long_wait()));
  EXPECT_EQ(rest.large_objects_copied, 3);
  EXPECT_EQ(in_copy("SELECT oid, lo_get(oid) FROM pg_largeobject_metadata ORDER BY 1"),
            in_new("SELECT oid, lo_get(oid) FROM pg_largeobject_metadata ORDER BY 1"));
}

// Fails when only the server's own check is relied on: it is a trigger, and silent meanwhile.
TEST_F(Reconcile, a_deferrable_key_is_kept_too) {
  exec(
      "CREATE TABLE t (id int PRIMARY KEY, u text UNIQUE DEFERRABLE INITIALLY DEFERRED); INSERT INTO t VALUES (1, 'a')");
  back_up();
  exec(
      "ALTER TABLE t DROP CONSTRAINT t_u_key; INSERT INTO t VALUES (2, 'a'), (3, NULL), (4, NULL)");
  sync();
  EXPECT_EQ(reconciled().orphans_parked, 1);
  EXPECT_EQ(in_copy("SELECT id FROM t ORDER BY 1"), (Lines{"1", "3", "4"}));
  EXPECT_EQ(parked_lines(), Lines{"insert {\"id\": \"2\"} 23505"});
  EXPECT_TRUE(verified().is_good());
}

TEST_F(Reconcile, views_are_refreshed_and_unlogged_tables_follow) {
  exec(
      "CREATE UNLOGGED TABLE u (id int PRIMARY KEY); CREATE MATERIALIZED VIEW v AS SELECT count(*) AS n FROM u;"
      "CREATE MATERIALIZED VIEW w AS SELECT n + 1 AS n FROM v");
  back_up();
  exec("INSERT INTO u VALUES (1), (2)");
  const auto report = reconciled();
  EXPECT_EQ(report.unlogged_rows, 2);
  EXPECT_EQ(report.views_refreshed, 2);
  EXPECT_EQ(in_copy("SELECT n FROM w"), Lines{"3"});
}

} // namespace
} // namespace slipway::replay
