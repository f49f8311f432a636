// Writes since a backup, carried into the copy without any capture.
#include "replay_test.hpp"

namespace slipway::replay {
namespace {

class StateSync : public ReplayTest {};

TEST_F(StateSync, inserts_updates_and_deletes_arrive) {
  exec(
      "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT g, 'old' FROM generate_series(1, 5) g");
  back_up();
  exec(
      "INSERT INTO t VALUES (6, NULL), (7, ''); UPDATE t SET v = 'new' WHERE id = 2; DELETE FROM t WHERE id = 3;"
      "UPDATE t SET id = 50 WHERE id = 5");
  EXPECT_EQ(told(sync(), "t"), "3 inserted, 1 updated, 2 removed, 0 parked");
  EXPECT_EQ(in_copy("SELECT * FROM t ORDER BY id"), in_new("SELECT * FROM t ORDER BY id"));
}

TEST_F(StateSync, only_what_was_written_since_is_looked_at_and_again_comes_to_the_same) {
  exec(
      "CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t SELECT g, g FROM generate_series(1, 1000) g");
  exec("VACUUM FREEZE t");
  back_up();
  exec("UPDATE t SET v = 0 WHERE id = 7");
  const auto first = sync();
  EXPECT_EQ(first.total().looked_at, 1);
  const auto second = sync();
  EXPECT_EQ(second.total().unchanged, 1);
  EXPECT_EQ(told(second, "t"), "0 inserted, 0 updated, 0 removed, 0 parked");
}

// Fails when rows are told apart by pg_visible_in_snapshot: a snapshot does not name the
// subtransactions of those who are under way.
TEST_F(StateSync, a_row_of_a_subtransaction_under_way_at_the_backup_arrives) {
  make_schema("CREATE TABLE t (id int PRIMARY KEY, v text)");
  exec("INSERT INTO t VALUES (1, 'old')");
  auto writer = connect();
  test::exec(writer,
             "BEGIN; SELECT pg_current_xact_id(); SAVEPOINT s; UPDATE t SET v = 'new' WHERE id = 1;"
             "RELEASE SAVEPOINT s");
  { // Somebody later is finished, so that the snapshot's end is beyond the subtransaction.
    auto later = connect();
    test::exec(later, "INSERT INTO t VALUES (9, 'later')");
  }
  back_up_while_writing();
  test::exec(writer, "COMMIT");
  sync();
  EXPECT_EQ(in_copy("SELECT * FROM t ORDER BY id"), (Lines{"1|new", "9|later"}));
}

TEST_F(StateSync, renames_and_a_swap_of_three_names_need_no_word) {
  exec(
      "CREATE TABLE t (id int PRIMARY KEY, a text, b text, c text); INSERT INTO t VALUES (1, 'a', 'b', 'c')");
  back_up();
  exec(
      "ALTER TABLE t RENAME a TO x; ALTER TABLE t RENAME b TO a; ALTER TABLE t RENAME c TO b;"
      "ALTER TABLE t RENAME x TO c; ALTER TABLE t RENAME TO people; CREATE SCHEMA s; ALTER TABLE people SET SCHEMA s;"
      "INSERT INTO s.people (id, c, a, b) VALUES (2, 'was a', 'was b', 'was c')");
  EXPECT_EQ(told(sync(), "t"), "1 inserted, 0 updated, 0 removed, 0 parked");
  EXPECT_EQ(in_copy("SELECT * FROM t ORDER BY id"), (Lines{"1|a|b|c", "2|was a|was b|was c"}));
}

TEST_F(StateSync, tables_that_swapped_their_names_keep_their_rows_apart) {
  exec("CREATE TABLE one (id int PRIMARY KEY); CREATE TABLE two (id int PRIMARY KEY)");
  back_up();
  exec("ALTER TABLE one RENAME TO x; ALTER TABLE two RENAME TO one; ALTER TABLE x RENAME TO two;"
       "INSERT INTO two VALUES (1)");
  sync();
  EXPECT_EQ(in_copy("SELECT * FROM one"), Lines{"1"});
  EXPECT_EQ(in_copy("SELECT * FROM two"), Lines{});
}

TEST_F(StateSync, a_dropped_column_keeps_its_value_and_new_rows_get_the_default) {
  exec(
      "CREATE TABLE t (id int PRIMARY KEY, gone text DEFAULT 'dflt', v int); INSERT INTO t VALUES (1, 'kept', 1)");
  back_up();
  exec(
      "ALTER TABLE t DROP COLUMN gone, ADD COLUMN extra text DEFAULT 'x'; UPDATE t SET v = 2; INSERT INTO t VALUES (2, 2)");
  const auto report = sync();
  EXPECT_EQ(report.total().unknown_filled, 1);
  EXPECT_EQ(in_copy("SELECT * FROM t ORDER BY id"), (Lines{"1|kept|2", "2|dflt|2"}));
}

TEST_F(StateSync, a_dropped_column_that_must_not_be_null_parks_the_new_row_whole) {
  exec("CREATE TABLE t (id int PRIMARY KEY, must text NOT NULL); INSERT INTO t VALUES (1, 'kept')");
  back_up();
  exec("ALTER TABLE t DROP COLUMN must, ADD COLUMN extra text; INSERT INTO t VALUES (2, 'e')");
  sync();
  EXPECT_EQ(parked_lines(), Lines{"insert {\"id\": \"2\"} 23502"});
  EXPECT_EQ(parked().at(0).row, "{\"id\": 2, \"extra\": \"e\"}");
  EXPECT_EQ(in_copy("SELECT * FROM t"), Lines{"1|kept"});
}

TEST_F(StateSync, a_retyped_column_takes_what_fits_and_parks_the_rest) {
  exec("CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t VALUES (1, 1), (2, 2)");
  back_up();
  exec(
      "ALTER TABLE t ALTER n TYPE bigint; UPDATE t SET n = 5000000000 WHERE id = 1; UPDATE t SET n = 3 WHERE id = 2;"
      "INSERT INTO t VALUES (3, 7), (4, 6000000000)");
  EXPECT_EQ(told(sync(), "t"), "1 inserted, 1 updated, 0 removed, 2 parked");
  EXPECT_EQ(in_copy("SELECT * FROM t ORDER BY id"), (Lines{"1|1", "2|3", "3|7"}));
  EXPECT_EQ(parked_lines(),
            (Lines{"update {\"id\": \"1\"} 22003", "insert {\"id\": \"4\"} 22003"}));
}

TEST_F(StateSync, a_retyped_key_is_followed) {
  exec(
      "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')");
  back_up();
  exec(
      "ALTER TABLE t ALTER id TYPE bigint; UPDATE t SET v = 'new' WHERE id = 1; DELETE FROM t WHERE id = 2;"
      "INSERT INTO t VALUES (5000000000, 'large')");
  sync();
  EXPECT_EQ(in_copy("SELECT * FROM t ORDER BY id"), (Lines{"1|new", "3|c"}));
  EXPECT_EQ(parked_lines(), Lines{"insert {\"id\": \"5000000000\"} 22003"});
}

// Fails when the key is compared without looking whether it can be: all rows would seem deleted.
TEST_F(StateSync, a_key_that_became_something_else_stops_it) {
  exec("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
  back_up();
  exec("ALTER TABLE t ALTER id TYPE uuid USING gen_random_uuid()");
  const auto report = try_sync(carry_map(), snapshot_);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::check_failed);
  EXPECT_EQ(in_copy("SELECT * FROM t"), Lines{"1"});
}

TEST_F(StateSync, a_value_that_the_migration_only_wrote_differently_stays_as_it_was) {
  exec(
      "CREATE TABLE t (id int PRIMARY KEY, j text); INSERT INTO t VALUES (1, '{\"i\":1}'), (2, '{\"i\":2}')");
  back_up();
  exec(
      "ALTER TABLE t ALTER j TYPE jsonb USING j::jsonb; UPDATE t SET j = '{\"z\":1,\"a\":2}' WHERE id = 2");
  EXPECT_EQ(told(sync(), "t"), "0 inserted, 1 updated, 0 removed, 0 parked");
  EXPECT_EQ(in_copy("SELECT * FROM t ORDER BY id"),
            (Lines{"1|{\"i\":1}", "2|{\"a\": 2, \"z\": 1}"}));
}

// Fails when a value is cast into the old type without looking what comes back: rounding and
// cutting raise no error.
TEST_F(StateSync, a_value_that_would_be_rounded_or_cut_is_parked) {
  exec("CREATE TABLE t (id int PRIMARY KEY, n numeric(8,1), s varchar(3), d date);"
       "INSERT INTO t SELECT g, 1.5, 'abc', '2026-01-01' FROM generate_series(1, 4) g");
  back_up();
  exec(
      "ALTER TABLE t ALTER n TYPE numeric(12,4), ALTER s TYPE text, ALTER d TYPE timestamp;"
      "UPDATE t SET n = 1.25 WHERE id = 1; UPDATE t SET s = 'abcdef' WHERE id = 2;"
      "UPDATE t SET d = '2026-02-02 10:00' WHERE id = 3; UPDATE t SET n = 2.5, s = 'x', d = '2026-03-03' WHERE id = 4");
  EXPECT_EQ(told(sync(), "t"), "0 inserted, 1 updated, 0 removed, 3 parked");
  EXPECT_EQ(in_copy("SELECT * FROM t WHERE id = 4"), Lines{"4|2.5|x|2026-03-03"});
  EXPECT_EQ(in_copy("SELECT * FROM t WHERE id = 1"), Lines{"1|1.5|abc|2026-01-01"});
}

TEST_F(StateSync, a_split_column_comes_back_by_the_authors_expression) {
  exec(
      "CREATE TABLE t (id int PRIMARY KEY, full_name text NOT NULL); INSERT INTO t VALUES (1, 'Ada Lovelace')");
  back_up();
  exec(
      "ALTER TABLE t ADD first text, ADD last text; UPDATE t SET first = split_part(full_name, ' ', 1),"
      " last = split_part(full_name, ' ', 2); ALTER TABLE t DROP full_name;"
      "INSERT INTO t VALUES (2, 'Grace', 'Hopper'); UPDATE t SET last = 'King' WHERE id = 1");
  sync({{{{"public", "t"}, "full_name"}, "first || ' ' || last"}});
  EXPECT_EQ(in_copy("SELECT * FROM t ORDER BY id"), (Lines{"1|Ada King", "2|Grace Hopper"}));
}

TEST_F(StateSync, rows_that_the_old_constraints_refuse_are_parked_one_by_one) {
  exec(
      "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (id int PRIMARY KEY, m mood, u int UNIQUE, c int CHECK (c > 0));"
      "INSERT INTO t SELECT g, 'sad', g, 1 FROM generate_series(1, 50) g");
  back_up();
  exec("ALTER TYPE mood ADD VALUE 'ok'");
  exec(
      "ALTER TABLE t DROP CONSTRAINT t_u_key, DROP CONSTRAINT t_c_check; UPDATE t SET m = 'ok' WHERE id = 1;"
      "UPDATE t SET c = -1 WHERE id = 2; INSERT INTO t VALUES (60, 'sad', 10, 1), (61, 'sad', 61, 1)");
  EXPECT_EQ(told(sync(), "t"), "1 inserted, 0 updated, 0 removed, 3 parked");
  EXPECT_EQ(parked_lines(), (Lines{"update {\"id\": \"1\"} 22P02", "update {\"id\": \"2\"} 23514",
                                   "insert {\"id\": \"60\"} 23505"}));
  EXPECT_EQ(in_copy("SELECT * FROM t WHERE id IN (1, 2, 60, 61) ORDER BY id"),
            (Lines{"1|sad|1|1", "2|sad|2|1", "61|sad|61|1"}));
}

// Fails when a row that was refused once is not tried again, or is told twice.
TEST_F(StateSync, what_was_parked_is_tried_again_each_time) {
  exec(
      "CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t SELECT g, g FROM generate_series(1, 40) g");
  back_up();
  exec("ALTER TABLE t ALTER n TYPE bigint; UPDATE t SET n = n + 5000000000 WHERE id % 4 = 0;"
       "INSERT INTO t VALUES (50, 6000000000), (51, 51)");
  EXPECT_EQ(told(sync(), "t"), "1 inserted, 0 updated, 0 removed, 11 parked");
  exec(
      "UPDATE t SET n = 7 WHERE id = 8; UPDATE t SET n = 6000000000 WHERE id = 9; DELETE FROM t WHERE id = 12");
  EXPECT_EQ(told(sync(), "t"), "0 inserted, 1 updated, 1 removed, 10 parked");
  EXPECT_EQ(parked().size(), 10U);
  EXPECT_EQ(in_copy("SELECT id, n FROM t WHERE id IN (4, 8, 9, 12, 50, 51) ORDER BY 1"),
            (Lines{"4|4", "8|7", "9|9", "51|51"}));
}

// Fails when rows are changed in place: one of the two would be refused.
TEST_F(StateSync, unique_values_may_change_places) {
  exec(
      "CREATE TABLE t (id int PRIMARY KEY, mail text UNIQUE); INSERT INTO t VALUES (1, 'a'), (2, 'b')");
  back_up();
  exec(
      "UPDATE t SET mail = 'x' WHERE id = 1; UPDATE t SET mail = 'a' WHERE id = 2; UPDATE t SET mail = 'b' WHERE id = 1");
  EXPECT_EQ(told(sync(), "t"), "0 inserted, 2 updated, 0 removed, 0 parked");
  EXPECT_EQ(in_copy("SELECT * FROM t ORDER BY id"), (Lines{"1|b", "2|a"}));
}

TEST_F(StateSync, a_table_without_a_key_is_carried_as_a_heap_of_rows) {
  exec(
      "CREATE TABLE t (v text, n int); INSERT INTO t VALUES ('twice', 1), ('twice', 1), ('gone', 2), (NULL, NULL)");
  back_up();
  exec("INSERT INTO t VALUES ('twice', 1), (NULL, NULL); DELETE FROM t WHERE v = 'gone'");
  EXPECT_EQ(told(sync(), "t"), "2 inserted, 0 updated, 1 removed, 0 parked");
  EXPECT_EQ(in_copy("SELECT * FROM t ORDER BY v, n"), in_new("SELECT * FROM t ORDER BY v, n"));
}

TEST_F(StateSync, dropped_and_created_tables_are_named_and_parked) {
  exec("CREATE TABLE old (id int PRIMARY KEY); INSERT INTO old VALUES (1)");
  back_up();
  exec(
      "DROP TABLE old; CREATE TABLE fresh (id int PRIMARY KEY, v text); INSERT INTO fresh VALUES (1, 'x'), (2, 'y')");
  const auto report = sync();
  ASSERT_EQ(report.dropped.size(), 1U);
  EXPECT_EQ(report.dropped[0].name, "old");
  EXPECT_EQ(parked_lines(), (Lines{"insert  42P01", "insert  42P01"}));
  EXPECT_EQ(parked().at(1).row, "{\"v\": \"y\", \"id\": 2}");
  EXPECT_EQ(in_copy("SELECT * FROM old"), Lines{"1"});
}

TEST_F(StateSync, identity_generated_columns_partitions_and_cascades) {
  exec(
      "CREATE TABLE p (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int, twice int GENERATED ALWAYS AS (a * 2) STORED);"
      "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p ON DELETE CASCADE);"
      "CREATE TABLE part (id int, k int, PRIMARY KEY (id, k)) PARTITION BY LIST (k);"
      "CREATE TABLE part1 PARTITION OF part FOR VALUES IN (1); CREATE TABLE part2 PARTITION OF part FOR VALUES IN (2);"
      "INSERT INTO p (a) VALUES (1), (2); INSERT INTO c VALUES (1, 1), (2, 2); INSERT INTO part VALUES (1, 1), (2, 2)");
  back_up();
  exec(
      "CREATE TABLE part3 PARTITION OF part FOR VALUES IN (3);"
      "DELETE FROM p WHERE id = 1; INSERT INTO p (a) VALUES (7); UPDATE part SET k = 2 WHERE id = 1;"
      "INSERT INTO part VALUES (3, 3)");
  sync();
  EXPECT_EQ(in_copy("SELECT * FROM p ORDER BY id"), in_new("SELECT * FROM p ORDER BY id"));
  EXPECT_EQ(in_copy("SELECT * FROM c ORDER BY id"), in_new("SELECT * FROM c ORDER BY id"));
  EXPECT_EQ(in_copy("SELECT tableoid::regclass, * FROM part ORDER BY id"),
            (Lines{"part2|1|2", "part2|2|2"}));
  EXPECT_EQ(parked_lines(), Lines{"insert {\"k\": \"3\", \"id\": \"3\"} 23514"});
}

TEST_F(StateSync, inheritance_children_keep_their_own_rows) {
  exec(
      "CREATE TABLE base (id int PRIMARY KEY, v text); CREATE TABLE child (PRIMARY KEY (id)) INHERITS (base);"
      "INSERT INTO base VALUES (1, 'b'); INSERT INTO child VALUES (1, 'c')");
  back_up();
  exec("UPDATE base SET v = v || '!'; INSERT INTO child VALUES (2, 'd')");
  sync();
  EXPECT_EQ(in_copy("SELECT * FROM ONLY base"), Lines{"1|b!"});
  EXPECT_EQ(in_copy("SELECT * FROM child ORDER BY id"), (Lines{"1|c!", "2|d"}));
}

// Fails when only session_replication_role keeps triggers from firing. What they write to is
// carried before, so that it is not put right afterwards.
TEST_F(StateSync, no_trigger_fires_and_each_is_as_it_was) {
  exec(
      "CREATE TABLE seen (what text); CREATE TABLE t (id int PRIMARY KEY);"
      "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO public.seen VALUES (TG_NAME); RETURN NEW; END$$;"
      "CREATE TRIGGER usual BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION note();"
      "CREATE TRIGGER always BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION note();"
      "ALTER TABLE t ENABLE ALWAYS TRIGGER always");
  back_up();
  exec("INSERT INTO t VALUES (1)");
  sync();
  EXPECT_EQ(in_copy("SELECT what FROM seen ORDER BY 1"), (Lines{"always", "usual"}));
  EXPECT_EQ(in_copy("SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"),
            (Lines{"always|A", "usual|O"}));
}

TEST_F(StateSync, truncate_and_unlogged_tables_are_seen_as_they_are) {
  exec(
      "CREATE TABLE t (id int PRIMARY KEY); CREATE UNLOGGED TABLE u (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
  back_up();
  exec("TRUNCATE t; INSERT INTO t VALUES (3); INSERT INTO u VALUES (4)");
  sync();
  EXPECT_EQ(in_copy("SELECT * FROM t"), Lines{"3"});
  EXPECT_EQ(in_copy("SELECT * FROM u"), Lines{"4"});
}

TEST_F(StateSync, hard_names_and_values_pass) {
  exec(
      "CREATE SCHEMA \"S '\"\" x\"; CREATE DOMAIN \"S '\"\" x\".\"d \"\"\" AS text;"
      "CREATE TYPE pair AS (a text, b int);"
      "CREATE TABLE \"S '\"\" x\".\"T \\ t\" (\"I d\" text PRIMARY KEY, \"d'\" \"S '\"\" x\".\"d \"\"\", x xml, j json, b bytea,"
      " f float8, a text[], p pair, c char(5), i interval, tz timestamptz, r int4range, \"s\" int, \"o\" int, slipway_row int)");
  back_up();
  exec(
      "INSERT INTO \"S '\"\" x\".\"T \\ t\" VALUES (E'k\\n\\t\\\\.', 'a|b', '<a/>', '{\"a\":  1}', '\\x00ff', 0.1, '{a,NULL,\"\"}',"
      " '(,1)', 'ab', '1 mon -1 day', '2026-03-29 02:30:00+01', '[1,5)', 1, 2, 3), ('', NULL, NULL, 'null', '', 'NaN', '{}', '(,)', '', '0', 'infinity', 'empty', NULL, NULL, NULL)");
  sync();
  EXPECT_EQ(parked_lines(), Lines{});
  const std::string all = "SELECT t.*::text FROM \"S '\"\" x\".\"T \\ t\" t ORDER BY 1";
  EXPECT_EQ(in_copy(all), in_new(all));
  EXPECT_EQ(sync().total().unchanged, 2);
}

TEST_F(StateSync, a_partition_that_left_its_table_stops_it_before_anything_changes) {
  exec(
      "CREATE TABLE part (id int PRIMARY KEY) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF part FOR VALUES IN (1);"
      "INSERT INTO part VALUES (1)");
  back_up();
  exec("ALTER TABLE part DETACH PARTITION p1");
  const auto report = try_sync(carry_map(), snapshot_);
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message.find("p1"), std::string::npos) << report.error().message;
  EXPECT_EQ(in_copy("SELECT * FROM part"), Lines{"1"});
}

TEST_F(StateSync, a_snapshot_of_another_cluster_is_refused) {
  exec("CREATE TABLE t (id int PRIMARY KEY)");
  back_up();
  for (const char* snapshot : {"9000000000000:9000000000000:", "nonsense", "1:1:", "12"})
    EXPECT_EQ(try_sync(carry_map(), snapshot).error().code, ErrorCode::check_failed) << snapshot;
}

TEST_F(StateSync, a_role_that_may_not_keep_triggers_quiet_is_told_what_to_grant) {
  exec("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
  back_up();
  exec("INSERT INTO t VALUES (2)");
  auto origin = connect();
  auto copy = test::connect(copy_url_);
  test::exec(copy, "CREATE ROLE carrier_" + std::to_string(copy.backend_pid()));
  ParkedTable parked(copy, "slipway_replay", "run-1");
  must(parked.create(test::long_wait()));
  test::exec(copy, "SET ROLE carrier_" + std::to_string(copy.backend_pid()));
  auto control = test::connect(copy_url_);
  ParkedTable elsewhere(control, "slipway_replay", "run-1");
  const auto report = sync_state(must(ReadView::open(origin, test::long_wait())), copy, elsewhere,
                                 carry_map(), {snapshot_}, test::long_wait());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::unsupported);
  EXPECT_NE(report.error().hint.find("GRANT SET ON PARAMETER"), std::string::npos);
}

} // namespace
} // namespace slipway::replay
