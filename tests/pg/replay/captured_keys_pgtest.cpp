// Keys that triggers noted, and the rows that are carried by them.
#include "slipway/replay/captured_keys.hpp"

#include "replay_test.hpp"
#include "slipway/replay/capture_keys.hpp"
#include "slipway/replay/verify.hpp"

#include <fmt/format.h>

namespace slipway::replay {
namespace {

class CapturedKeysTest : public ReplayTest {
protected:
  KeyCapturePlan plan() {
    auto session = connect();
    const auto map = must(read_relation_map(session, test::long_wait()));
    return must(plan_key_capture(session, map, {"slipway_replay"}, test::long_wait()));
  }
  /// The triggers first, then the copy, as a deploy does it.
  void arm_and_back_up() {
    exec("CREATE SCHEMA slipway_replay");
    {
      const auto which = plan();
      auto session = connect();
      must(arm_key_capture(session, "slipway_replay", which, {}, test::long_wait()));
    }
    back_up();
    auto copy = test::connect(copy_url_);
    must(drop_key_capture(copy, "slipway_replay", {}, test::long_wait()));
  }
  /// Runs it as a step of the migration.
  void migrate(const std::string& sql, bool refresh = true) {
    auto session = connect();
    test::exec(session, "BEGIN");
    test::exec(session, sql);
    own_.push_back(std::stoull(test::value(session, "SELECT pg_current_xact_id()::text")));
    if (refresh) must(refresh_key_capture(session, "slipway_replay", test::long_wait()));
    test::exec(session, "COMMIT");
  }
  CapturedKeysRequest request() const {
    return {.schema = "slipway_replay", .snapshot = snapshot_, .migration_transactions = own_};
  }
  /// Carries what was noted, and compares every row.
  SyncReport carry() {
    auto origin = connect();
    auto copy = test::connect(copy_url_);
    ParkedTable parked(copy, "slipway_replay", "run-1");
    const auto map = carry_map();
    const auto view = must(ReadView::open(origin, test::long_wait()));
    const auto keys = must(CapturedKeys::read(view, map, request(), test::long_wait()));
    not_seen_.clear();
    for (const auto& table : map.tables)
      if (!keys.has(table)) not_seen_.push_back(table.target.name.name);
    auto report = must(keys.carry(view, copy, parked, map, since_.empty() ? snapshot_ : since_,
                                  test::long_wait()));
    must(keys.park_dropped_tables(view, parked, map, before_, test::long_wait()));
    const auto rows = must(keys.not_carried(view, map, test::long_wait()));
    since_ = view.snapshot();
    const auto verified =
        must(verify(view, copy, parked, map,
                    {.migration_transactions = own_, .migration_rows = rows}, test::long_wait()));
    unexplained_.clear();
    for (const auto& one : verified.unexplained)
      unexplained_.push_back(one.table.name + " " + one.key);
    return report;
  }
  std::string noted(const std::string& table) {
    return value(fmt::format("SELECT coalesce(string_agg(operation || coalesce(key::text, '?'), "
                             "' ' ORDER BY number), '') FROM slipway_replay.captured_key "
                             "WHERE relation = '{}'::regclass",
                             table));
  }

  std::vector<std::uint64_t> own_;
  std::string since_;
  Lines not_seen_;
  Lines unexplained_;
};

TEST_F(CapturedKeysTest, each_kind_of_write_is_noted_once_and_carried_alone) {
  exec("CREATE TABLE t (id int PRIMARY KEY, v text);"
       "INSERT INTO t SELECT g, 'old' FROM generate_series(1, 1000) g");
  arm_and_back_up();
  exec("INSERT INTO t VALUES (2001, 'a')");
  exec("UPDATE t SET v = 'b' WHERE id = 2");
  exec("DELETE FROM t WHERE id = 3");
  exec("UPDATE t SET id = 3000 WHERE id = 4");
  exec("BEGIN; INSERT INTO t VALUES (5000, 'c'); DELETE FROM t WHERE id = 5000; COMMIT");
  exec("BEGIN; SAVEPOINT s; DELETE FROM t WHERE id = 10; ROLLBACK TO s;"
       "UPDATE t SET v = 'd' WHERE id = 11; COMMIT");
  exec("BEGIN; DELETE FROM t WHERE id = 12; ROLLBACK");
  EXPECT_EQ(noted("t"),
            "I{\"1\": \"2001\"} U{\"1\": \"2\"} D{\"1\": \"3\"} D{\"1\": \"4\"} "
            "I{\"1\": \"3000\"} I{\"1\": \"5000\"} D{\"1\": \"5000\"} U{\"1\": \"11\"}");
  const auto report = carry();
  EXPECT_EQ(told(report, "t"), "2 inserted, 2 updated, 2 removed, 0 parked");
  EXPECT_EQ(report.total().looked_at, 4);
  EXPECT_EQ(in_copy("SELECT * FROM t ORDER BY id"), in_new("SELECT * FROM t ORDER BY id"));
  EXPECT_EQ(unexplained_, Lines());
  exec("UPDATE t SET v = 'e' WHERE id = 2");
  const auto second = carry();
  EXPECT_EQ(second.total().looked_at, 1) << "the second time only what came since";
  EXPECT_EQ(unexplained_, Lines());
}

// The settings of the writer must not change what a key is called: fails without the pinned ones.
TEST_F(CapturedKeysTest, keys_of_many_types_are_told_whatever_the_writer_has_set) {
  exec(
      "CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE DOMAIN code AS text;"
      "CREATE DOMAIN day AS date;"
      "CREATE TABLE t1 (\"The Id\" text, b mood, v int, PRIMARY KEY (b, \"The Id\"));"
      "CREATE TABLE t2 (id numeric PRIMARY KEY, v int); CREATE TABLE t3 (id uuid PRIMARY KEY, v int);"
      "CREATE TABLE t4 (at timestamptz, d day, f float8, v int, PRIMARY KEY (at, d, f));"
      "CREATE TABLE t5 (id code PRIMARY KEY, v int); CREATE TABLE t6 (id bytea PRIMARY KEY, v int);"
      "CREATE TABLE t7 (id int[] PRIMARY KEY, v int); CREATE TABLE t8 (v int);"
      "CREATE UNLOGGED TABLE t9 (id int PRIMARY KEY);"
      "INSERT INTO t1 VALUES ('it''s \"x\"', 'good', 1), ('b', 'bad', 1);"
      "INSERT INTO t2 VALUES (1.0, 1), (2, 1);"
      "INSERT INTO t3 VALUES ('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 1);"
      "INSERT INTO t4 VALUES ('2026-03-04 05:06:07.123+00', '2026-03-04', 0.1, 1);"
      "INSERT INTO t5 VALUES ('a', 1); INSERT INTO t6 VALUES ('\\x00ff', 1)");
  arm_and_back_up();
  Lines left_out;
  for (const auto& one : plan().left_out) left_out.push_back(one.table.name + ": " + one.why);
  EXPECT_EQ(left_out, (Lines{"t8: it has no key", "t9: it is unlogged",
                             "t7: its key is of a type that is not told by its text"}));
  exec("SET datestyle = 'German'; SET timezone = 'Asia/Tokyo'; SET extra_float_digits = -5;"
       "SET bytea_output = 'escape';"
       "UPDATE t1 SET v = 2; UPDATE t2 SET v = 2; UPDATE t2 SET id = 1.00 WHERE id = 1;"
       "UPDATE t3 SET v = 2; UPDATE t4 SET v = 2; UPDATE t5 SET v = 2; UPDATE t6 SET v = 2;"
       "INSERT INTO t4 VALUES ('2026-05-06 00:00:00+00', '07.08.2026', 0.3, 1);"
       "DELETE FROM t5; INSERT INTO t1 VALUES ('', 'bad', 3)");
  carry();
  EXPECT_EQ(unexplained_, Lines());
  EXPECT_EQ(not_seen_, (Lines{"t7", "t8", "t9"}));
  EXPECT_EQ(in_copy("SELECT at AT TIME ZONE 'UTC', d, f, v FROM t4 ORDER BY at"),
            in_new("SELECT at AT TIME ZONE 'UTC', d, f, v FROM t4 ORDER BY at"));
  EXPECT_EQ(in_copy("SELECT id::text, v FROM t2 ORDER BY id"), (Lines{"1.00|2", "2|2"}));
}

TEST_F(CapturedKeysTest, partitions_are_seen_through_their_root_also_those_that_are_younger) {
  exec(
      "CREATE TABLE p (id int, k int, v text, PRIMARY KEY (id, k)) PARTITION BY RANGE (k);"
      "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);"
      "CREATE TABLE p2 (v text, k int NOT NULL, gone int, id int NOT NULL, PRIMARY KEY (id, k));"
      "ALTER TABLE p2 DROP COLUMN gone; ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (10) TO (20);"
      "INSERT INTO p SELECT g, g, 'old' FROM generate_series(1, 19) g;"
      "CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);"
      "INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2)");
  arm_and_back_up();
  exec(
      "UPDATE p SET k = 15 WHERE id = 3; UPDATE p2 SET v = 'leaf' WHERE id = 12; DELETE FROM p WHERE id = 4;"
      "CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30); INSERT INTO p VALUES (25, 25, 'new');"
      "UPDATE child SET id = 3; DELETE FROM ONLY parent WHERE id = 1");
  carry();
  EXPECT_EQ(not_seen_, Lines());
  EXPECT_EQ(unexplained_, Lines());
  EXPECT_EQ(noted("p3"), "") << "it is noted for the root";
  EXPECT_EQ(in_copy("SELECT id, k, v FROM p WHERE k < 20 ORDER BY id"),
            in_new("SELECT id, k, v FROM p WHERE k < 20 ORDER BY id"));
  EXPECT_EQ(in_copy("SELECT tableoid::regclass, id FROM parent"),
            in_new("SELECT tableoid::regclass, id FROM parent"));
}

// Fails when the values are taken by the names of when the function was made: an old session's plan
// is then of another type, and its writes are refused.
TEST_F(CapturedKeysTest, names_and_types_may_change_under_sessions_that_write) {
  for (const bool refresh : {true, false}) {
    exec(
        "DROP SCHEMA IF EXISTS slipway_replay CASCADE; DROP TABLE IF EXISTS t, u;"
        "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT g, 'old' FROM generate_series(1, 9) g");
    own_.clear();
    since_.clear();
    arm_and_back_up();
    auto writer = connect();
    test::exec(writer, "UPDATE t SET v = 'before' WHERE id = 1; UPDATE t SET id = 20 WHERE id = 2");
    migrate("ALTER TABLE t RENAME id TO number; ALTER TABLE t ALTER number TYPE bigint;"
            "ALTER TABLE t RENAME TO u; ALTER TABLE u ADD COLUMN id text",
            refresh);
    test::exec(
        writer,
        "UPDATE u SET v = 'after', id = 'x' WHERE number = 3; DELETE FROM u WHERE number = 4;"
        "UPDATE u SET number = 30 WHERE number = 5; INSERT INTO u VALUES (5000000000, 'large')");
    test::exec(writer, "UPDATE u SET v = 'again' WHERE number = 3");
    carry();
    EXPECT_EQ(unexplained_, Lines()) << refresh;
    EXPECT_EQ(
        in_copy("SELECT id, v FROM t ORDER BY id"),
        (Lines{"1|before", "3|again", "6|old", "7|old", "8|old", "9|old", "20|old", "30|old"}));
    EXPECT_EQ(parked_lines(), (Lines{"insert {\"id\": \"5000000000\"} 22003"}));
  }
}

TEST_F(CapturedKeysTest, a_key_that_loses_a_column_stops_no_write_and_is_not_relied_on) {
  exec(
      "CREATE TABLE t (a int, b int, v text, PRIMARY KEY (a, b)); INSERT INTO t VALUES (1, 1, 'old')");
  arm_and_back_up();
  auto writer = connect();
  test::exec(writer, "UPDATE t SET v = 'x'");
  migrate("ALTER TABLE t DROP COLUMN b", false);
  test::exec(writer, "UPDATE t SET v = 'y'; DELETE FROM t; INSERT INTO t VALUES (7, 'z')");
  EXPECT_NE(noted("t").find("U? D? I?"), std::string::npos) << noted("t");
  carry();
  EXPECT_EQ(not_seen_, (Lines{"t"}));
}

// Fails when keys that only the migration wrote are carried like others.
TEST_F(CapturedKeysTest, what_the_migration_writes_is_left_where_it_is) {
  exec("CREATE TABLE t (id int PRIMARY KEY, v text);"
       "INSERT INTO t SELECT g, 'old' FROM generate_series(1, 9) g;"
       "CREATE TABLE e (id int PRIMARY KEY, v text); INSERT INTO e VALUES (1, 'old'), (2, 'old')");
  arm_and_back_up();
  exec("UPDATE t SET v = 'early' WHERE id IN (1, 2); DELETE FROM t WHERE id = 3;"
       "INSERT INTO t VALUES (20, 'early'); UPDATE e SET v = 'early' WHERE id = 1");
  migrate(
      "UPDATE t SET v = v || '!' WHERE id IN (1, 4); DELETE FROM t WHERE id IN (2, 5, 20);"
      "INSERT INTO t VALUES (3, 'again'), (30, 'new'); TRUNCATE e; INSERT INTO e VALUES (9, 'own')");
  exec(
      "UPDATE t SET v = v || '?' WHERE id IN (4, 6); INSERT INTO t VALUES (5, 'late'); INSERT INTO e VALUES (3, 'late')");
  carry();
  EXPECT_EQ(in_copy("SELECT id, v FROM t ORDER BY id"),
            (Lines{"1|early!", "2|old", "4|old!?", "5|late", "6|old?", "7|old", "8|old", "9|old"}));
  EXPECT_EQ(in_copy("SELECT id, v FROM e ORDER BY id"), (Lines{"1|old", "2|old", "3|late"}));
  EXPECT_EQ(parked_lines(), (Lines{"update {\"id\": \"2\"} 02000", "update {\"id\": \"20\"} 02000",
                                   "update {\"id\": \"1\"} 02000"}))
      << "written by the application, and gone with the migration";
  EXPECT_EQ(unexplained_, Lines());
}

TEST_F(CapturedKeysTest, a_table_that_others_emptied_is_not_carried_by_keys) {
  exec("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2);"
       "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);"
       "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); INSERT INTO p VALUES (1)");
  arm_and_back_up();
  exec("TRUNCATE t; INSERT INTO t VALUES (3); TRUNCATE p1");
  carry();
  EXPECT_EQ(not_seen_, (Lines{"t", "p"}));
}

// Fails with ordinary triggers: they do not fire for those who apply changes of another server.
TEST_F(CapturedKeysTest, a_writer_with_the_role_of_a_replica_is_seen) {
  exec("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'old');"
       "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);"
       "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)");
  arm_and_back_up();
  exec(
      "SET session_replication_role = replica; UPDATE t SET v = 'new'; INSERT INTO p VALUES (1); TRUNCATE p1");
  EXPECT_EQ(noted("t"), "U{\"1\": \"1\"}");
  EXPECT_EQ(noted("p"), "I{\"1\": \"1\"} T?");
}

TEST_F(CapturedKeysTest, a_trigger_that_was_switched_off_is_not_relied_on) {
  exec("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'old');"
       "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);"
       "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)");
  arm_and_back_up();
  exec(
      "ALTER TABLE t DISABLE TRIGGER USER; ALTER TABLE p1 DISABLE TRIGGER ALL; UPDATE t SET v = 'unseen'");
  auto session = connect();
  EXPECT_EQ(must(key_capture_state(session, "slipway_replay", test::long_wait())).silent, 2);
  carry();
  EXPECT_EQ(not_seen_, (Lines{"t", "p"}));
}

TEST_F(CapturedKeysTest, rows_of_a_table_that_was_dropped_are_named) {
  exec("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'old')");
  arm_and_back_up();
  exec("UPDATE t SET v = 'lost'; INSERT INTO t VALUES (2, 'lost')");
  migrate("DROP TABLE t");
  carry();
  EXPECT_EQ(parked_lines(),
            (Lines{"update {\"id\": \"1\"} 42P01", "update {\"id\": \"2\"} 42P01"}));
  carry();
  EXPECT_EQ(parked_lines().size(), 2) << "not once more";
}

// Fails without the rights of the owner, and with a path of the caller's: what stands before the
// system's functions there would run with those rights.
TEST_F(CapturedKeysTest, a_role_without_any_right_to_our_schema_writes_and_cannot_lead_it_astray) {
  exec(
      "CREATE ROLE keys_writer; GRANT ALL ON SCHEMA public TO keys_writer;"
      "CREATE TYPE mood AS ENUM ('good', 'bad'); ALTER TYPE mood OWNER TO keys_writer;"
      "CREATE TABLE t (id int, m mood, v text, PRIMARY KEY (id, m)); INSERT INTO t VALUES (1, 'good', 'old');"
      "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id); ALTER TABLE p OWNER TO keys_writer;"
      "GRANT ALL ON t TO keys_writer; CREATE TABLE caught (who text); GRANT ALL ON caught TO keys_writer");
  arm_and_back_up();
  auto writer = connect();
  test::exec(writer, "SET ROLE keys_writer");
  test::exec(
      writer,
      "CREATE FUNCTION note() RETURNS text LANGUAGE plpgsql AS "
      "'BEGIN INSERT INTO public.caught VALUES (current_user); RETURN NULL; END';"
      "CREATE FUNCTION format(text, mood) RETURNS text LANGUAGE sql AS 'SELECT public.note()';"
      "CREATE FUNCTION num_nulls(int) RETURNS int LANGUAGE sql AS 'SELECT public.note(); SELECT 0';"
      "CREATE FUNCTION spell(mood) RETURNS text LANGUAGE sql AS 'SELECT public.note()';"
      "CREATE FUNCTION spell_json(mood) RETURNS json LANGUAGE sql AS "
      "'SELECT public.note(); SELECT ''1''::json';"
      "CREATE CAST (mood AS text) WITH FUNCTION spell(mood) AS IMPLICIT;"
      "CREATE CAST (mood AS json) WITH FUNCTION spell_json(mood);"
      "CREATE FUNCTION same(text, text) RETURNS boolean LANGUAGE plpgsql AS "
      "'BEGIN PERFORM public.note(); RETURN true; END';"
      "CREATE OPERATOR = (FUNCTION = same, LEFTARG = text, RIGHTARG = text);"
      "CREATE FUNCTION same(jsonb, jsonb) RETURNS boolean LANGUAGE plpgsql AS "
      "'BEGIN PERFORM public.note(); RETURN true; END';"
      "CREATE OPERATOR = (FUNCTION = same, LEFTARG = jsonb, RIGHTARG = jsonb);"
      "CREATE TEMPORARY TABLE captured_key (relation oid, operation text, key jsonb);"
      "CREATE TEMPORARY TABLE pg_attribute (attrelid oid, attnum smallint, attname name, atttypid oid);"
      "SET search_path = public, pg_temp, pg_catalog");
  test::exec(writer, "UPDATE t SET v = 'new'");
  test::exec(writer, "INSERT INTO t VALUES (2, 'bad', 'new'); DELETE FROM t WHERE id = 1");
  test::exec(writer, "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)");
  test::exec(writer, "INSERT INTO p VALUES (1)");
  EXPECT_EQ(value("SELECT count(*) FROM caught"), "0");
  EXPECT_EQ(noted("t"), "U{\"1\": \"1\", \"2\": \"good\"} I{\"1\": \"2\", \"2\": \"bad\"} "
                        "D{\"1\": \"1\", \"2\": \"good\"}");
  EXPECT_EQ(noted("p"), "I{\"1\": \"1\"}");
  // The slow way, which asks for the values by other words.
  exec("ALTER TABLE t RENAME m TO mood");
  test::exec(writer, "UPDATE t SET v = 'newer'");
  EXPECT_EQ(value("SELECT count(*) FROM caught"), "0");
  EXPECT_NE(noted("t").find("U{\"1\": \"2\", \"2\": \"bad\"}"), std::string::npos) << noted("t");
  const auto refused =
      writer.execute(SqlText("SELECT * FROM slipway_replay.captured_key"), test::long_wait());
  EXPECT_FALSE(refused) << "keys are not for everybody";
  writer.close();
  carry();
  exec("DROP OWNED BY keys_writer CASCADE");
}

// A table of somebody else's cannot be given a trigger that always fires, nor be rid of it.
TEST_F(CapturedKeysTest, a_table_of_another_role_is_left_out) {
  exec(
      "CREATE ROLE keys_owner; CREATE ROLE keys_deployer; CREATE TABLE mine (id int PRIMARY KEY);"
      "CREATE TABLE theirs (id int PRIMARY KEY); ALTER TABLE mine OWNER TO keys_deployer;"
      "ALTER TABLE theirs OWNER TO keys_owner; CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);"
      "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); ALTER TABLE p OWNER TO keys_deployer;"
      "ALTER TABLE p1 OWNER TO keys_owner; CREATE SCHEMA slipway_replay AUTHORIZATION keys_deployer");
  auto session = connect();
  test::exec(session, "SET ROLE keys_deployer");
  const auto map = must(read_relation_map(session, test::long_wait()));
  const auto seen = must(plan_key_capture(session, map, {}, test::long_wait()));
  ASSERT_EQ(seen.tables.size(), 1);
  EXPECT_EQ(seen.tables[0].table.name.name, "mine");
  EXPECT_EQ(seen.left_out.size(), 2);
  must(arm_key_capture(session, "slipway_replay", seen, {}, test::long_wait()));
  test::exec(session, "INSERT INTO mine VALUES (1)");
  EXPECT_EQ(noted("mine"), "I{\"1\": \"1\"}");
  must(drop_key_capture(session, "slipway_replay", {}, test::long_wait()));
  session.close();
  exec(
      "DROP OWNED BY keys_owner, keys_deployer CASCADE; DROP ROLE keys_owner; DROP ROLE keys_deployer");
}

TEST_F(CapturedKeysTest, nothing_is_left_of_it_when_a_table_cannot_be_locked) {
  exec(
      "CREATE SCHEMA slipway_replay; CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)");
  auto writer = connect();
  test::exec(writer, "BEGIN; INSERT INTO b VALUES (1)");
  auto session = connect();
  const auto armed =
      arm_key_capture(session, "slipway_replay", plan(),
                      {.lock_timeout = Millis(10), .budget = Millis(50)}, test::long_wait());
  ASSERT_FALSE(armed);
  EXPECT_EQ(armed.error().code, ErrorCode::lock_timeout);
  EXPECT_NE(armed.error().message.find("\"b\""), std::string::npos) << armed.error().message;
  EXPECT_EQ(
      value(
          "SELECT (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal) + (SELECT count(*) FROM "
          "pg_proc WHERE proname ~ '^capture_keys_')"),
      "0");
  EXPECT_EQ(value("SELECT to_regclass('slipway_replay.captured_key') IS NULL"), "t");
}

} // namespace
} // namespace slipway::replay
