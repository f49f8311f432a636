// Parked writes, made again when the schema has a place for them.
#include "replay_test.hpp"
#include "slipway/replay/park_dropped.hpp"
#include "slipway/replay/reapply.hpp"

#include <thread>

namespace slipway::replay {
namespace {

class Reapply : public ReplayTest {
protected:
  void park(const std::vector<ParkedRow>& rows) {
    auto session = connect();
    ParkedTable parked(session, "slipway_replay", "7");
    must(parked.create(test::long_wait()));
    must(parked.add(rows, test::long_wait()));
  }
  static ParkedRow row(const std::string& table, ParkedOperation operation, const std::string& key,
                       const std::string& values, const std::string& position = "0/1") {
    return {.table = {"public", table},
            .operation = operation,
            .key = key,
            .row = values,
            .sqlstate = "22003",
            .message = "why",
            .position = position};
  }
  Result<ReapplyReport> try_again(bool force = false, std::int64_t group = 500) {
    auto session = connect();
    return reapply(
        session, {.history_schema = "slipway_replay", .which = {}, .force = force, .group = group},
        test::long_wait());
  }
  ReapplyReport again(bool force = false) { return must(try_again(force)); }
  static std::string left(const ReapplyReport& report) {
    std::string text;
    for (const auto& one : report.left)
      text += std::to_string(one.rows) + " " + one.table.name + ": " + one.why + "\n";
    return text;
  }
};

constexpr auto k_insert = ParkedOperation::insert;
constexpr auto k_update = ParkedOperation::update;
constexpr auto k_delete = ParkedOperation::remove;

TEST_F(Reapply, nothing_is_parked_where_nobody_parked) {
  EXPECT_EQ(again().made, 0);
  auto session = connect();
  EXPECT_TRUE(must(parked_groups(session, "slipway_replay", {}, test::long_wait())).empty());
}

// Fails when a row is made a second time, or values come back as others.
TEST_F(Reapply, each_write_is_made_once_with_its_values) {
  exec("CREATE TYPE mood AS ENUM ('sad', 'glad');"
       "CREATE TABLE t (id bigint PRIMARY KEY, at timestamptz, tags text[], doc jsonb, m mood, "
       "b bytea, twice bigint GENERATED ALWAYS AS (id * 2) STORED)");
  exec("INSERT INTO t (id) VALUES (1), (2), (3)");
  park(
      {row("t", k_insert, R"({"id": "9"})",
           R"({"id": "9", "at": "2026-01-02 03:04:05+00", "tags": "{a,\"b c\"}", "doc": "{\"x\": 1}", "m": "glad", "b": "\\x00ff", "twice": "18"})"),
       row("t", k_insert, R"({"id": "10"})",
           R"({"id": 10, "at": "2026-01-02T03:04:05+00:00", "tags": ["a", "b c"], "doc": {"x": 1}, "m": "glad", "b": "\\x00ff", "twice": 20})",
           ""),
       row("t", k_update, R"({"id": "2"})", R"({"id": "2", "m": "sad"})"),
       row("t", k_delete, R"({"id": "3"})", "")});
  const auto report = again();
  EXPECT_EQ(report.made, 4) << left(report);
  EXPECT_EQ(
      value(
          "SELECT string_agg(concat_ws(' ', id, tags, doc, m, b, twice, extract(epoch from at)::int), ', ' "
          "ORDER BY id) FROM t"),
      "1 2, 2 sad 4, 9 {a,\"b c\"} {\"x\": 1} glad \\x00ff 18 1767323045, 10 {a,\"b c\"} "
      "{\"x\": 1} glad \\x00ff 20 1767323045");
  exec("DELETE FROM t");
  EXPECT_EQ(again().made, 0);
  EXPECT_EQ(value("SELECT count(*) FROM t"), "0");
}

TEST_F(Reapply, what_has_no_place_stays_with_the_reason) {
  exec("CREATE TABLE t (id int PRIMARY KEY, small smallint)");
  exec("INSERT INTO t VALUES (1, 1)");
  park({row("t", k_insert, R"({"id": "1"})", R"({"id": "1"})"),
        row("t", k_insert, R"({"id": "2"})", R"({"id": "2", "small": "70000"})"),
        row("t", k_insert, R"({"id": "3"})", R"({"id": "3", "color": "red"})"),
        row("gone", k_insert, "", R"({"id": "3"})"), row("t", k_update, "", R"({"small": "3"})")});
  const auto report = again();
  EXPECT_EQ(report.made, 0);
  EXPECT_EQ(left(report), "1 gone: there is no such table\n"
                          "1 t: duplicate key value violates unique constraint \"t_pkey\"\n"
                          "1 t: nothing tells which row it was\n"
                          "1 t: there is no column color\n"
                          "1 t: value \"70000\" is out of range for type smallint\n");
  exec("ALTER TABLE t ALTER COLUMN small TYPE int, ADD COLUMN color text; DELETE FROM t");
  EXPECT_EQ(again().made, 3);
  EXPECT_EQ(value("SELECT string_agg(concat_ws(' ', id, small, color), ', ' ORDER BY id) FROM t"),
            "1, 2 70000, 3 red");
}

// Fails when a text is cast to the type with its length, which cuts what is too long and says
// nothing: a value is then made shorter, and a key means another row.
TEST_F(Reapply, what_is_too_long_for_its_column_stays_whole) {
  exec("CREATE TABLE t (name varchar(3) PRIMARY KEY, code char(2), bits bit(2))");
  exec("INSERT INTO t VALUES ('abc', 'ok', B'01')");
  park({row("t", k_insert, "", R"({"name": "longer"})"),
        row("t", k_insert, "", R"({"name": "b", "code": "long"})"),
        row("t", k_insert, "", R"({"name": "c", "bits": "0111"})"),
        row("t", k_delete, R"({"name": "abcdef"})", "")});
  const auto report = again();
  EXPECT_EQ(report.made, 0);
  EXPECT_EQ(left(report), "1 t: bit string length 4 does not match type bit(2)\n"
                          "1 t: its row is gone, or was changed since\n"
                          "1 t: value too long for type character varying(3)\n"
                          "1 t: value too long for type character(2)\n");
  EXPECT_EQ(value("SELECT string_agg(name, ' ') FROM t"), "abc");
  exec("ALTER TABLE t ALTER name TYPE text, ALTER code TYPE char(4), ALTER bits TYPE bit(4) USING "
       "B'0000'");
  EXPECT_EQ(again().made, 3);
  EXPECT_EQ(
      value(
          "SELECT string_agg(concat_ws(' ', name, rtrim(code), bits), ', ' ORDER BY name) FROM t"),
      "abc ok 0000, b long, c 0111, longer");
}

// Fails when there is one round only: the child was parked before its parent.
TEST_F(Reapply, a_row_that_waits_for_another_comes_after_it) {
  exec("CREATE TABLE p (id int PRIMARY KEY);"
       "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p)");
  park({row("c", k_insert, R"({"id": "1"})", R"({"id": "1", "p": "5"})"),
        row("c", k_update, R"({"id": "1"})", R"({"id": "1", "p": "6"})"),
        row("p", k_insert, R"({"id": "5"})", R"({"id": "5"})"),
        row("p", k_insert, R"({"id": "6"})", R"({"id": "6"})")});
  auto report = again();
  EXPECT_EQ(report.made, 3) << left(report);
  EXPECT_EQ(left(report), "1 c: its row is gone, or was changed since\n")
      << "the child is younger than the update, so that somebody has to decide";
  report = again(true);
  EXPECT_EQ(report.made, 1) << left(report);
  EXPECT_EQ(value("SELECT p FROM c"), "6");
}

// Fails when each write is tried by itself: the older one is made in the second round.
TEST_F(Reapply, an_older_write_does_not_come_after_a_newer_one) {
  exec(
      "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p)");
  exec("INSERT INTO p VALUES (1); INSERT INTO c VALUES (1, 1)");
  park({row("c", k_update, R"({"id": "1"})", R"({"id": "1", "p": "5"})"),
        row("c", k_update, R"({"id": "1"})", R"({"id": "1", "p": "1"})"),
        row("p", k_insert, R"({"id": "5"})", R"({"id": "5"})")});
  const auto report = again(true);
  EXPECT_EQ(report.made, 3) << left(report);
  EXPECT_EQ(value("SELECT p FROM c"), "1");
}

// Fails when the later word is written over.
TEST_F(Reapply, what_was_changed_since_is_left_alone) {
  exec("CREATE TABLE t (id int PRIMARY KEY, n bigint, email text, plan text DEFAULT 'free')");
  exec("INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)");
  exec("INSERT INTO t VALUES (4, 4, 'new@x')");
  park({row("t", k_update, R"({"id": "1"})", R"({"id": "1", "n": "5000000000"})"),
        row("t", k_update, R"({"id": "2"})", R"({"id": "2", "n": "5000000000"})"),
        row("t", k_delete, R"({"id": "3"})", ""),
        row("t", k_update, R"({"id": "3"})", R"({"id": "3", "email": "c@x"})", k_left_behind),
        row("t", k_update, R"({"id": "4"})", R"({"id": "4", "email": "d@x"})", k_left_behind)});
  exec("UPDATE t SET n = 20 WHERE id = 2");
  exec("UPDATE t SET n = 30 WHERE id = 3");
  const auto report = again();
  EXPECT_EQ(report.made, 2) << left(report);
  EXPECT_EQ(value("SELECT string_agg(concat_ws(' ', id, n, email), ', ' ORDER BY id) FROM t"),
            "1 5000000000, 2 20, 3 30 c@x, 4 4 new@x");
  EXPECT_EQ(left(report), "3 t: its row is gone, or was changed since\n");
}

TEST_F(Reapply, a_truncate_undoes_what_was_parked_before_it_and_nothing_else) {
  exec("CREATE TABLE t (id int PRIMARY KEY)");
  exec("INSERT INTO t VALUES (100)");
  park({row("t", k_insert, "", R"({"id": "1"})"), row("t", ParkedOperation::truncate, "", ""),
        row("t", k_insert, "", R"({"id": "2"})")});
  const auto report = again();
  EXPECT_EQ(report.made, 1);
  EXPECT_EQ(report.overtaken, 2);
  EXPECT_EQ(value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM t"), "2 100");
}

TEST_F(Reapply, sequences_are_behind_what_came) {
  exec("CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, s serial)");
  park({row("t", k_insert, "", R"({"id": "41", "s": "7"})")});
  EXPECT_EQ(again().made, 1);
  exec("INSERT INTO t DEFAULT VALUES");
  EXPECT_EQ(value("SELECT id || ' ' || s FROM t ORDER BY id DESC LIMIT 1"), "42 8");
}

// Fails when a row is marked in another transaction than the one that makes it.
TEST_F(Reapply, cut_off_in_the_midst_it_goes_on_and_doubles_nothing) {
  exec("CREATE TABLE t (id int)");
  exec(
      "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "IF NEW.id = 25 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; "
      "RETURN NEW; END $$; CREATE TRIGGER cut BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION cut()");
  std::vector<ParkedRow> rows;
  for (int i = 1; i <= 40; ++i)
    rows.push_back(row("t", k_insert, "", "{\"id\": \"" + std::to_string(i) + "\"}"));
  park(rows);
  EXPECT_FALSE(try_again(false, 10));
  EXPECT_EQ(value("SELECT count(*) FROM t"), "20") << "two groups were committed";
  exec("DROP TRIGGER cut ON t");
  EXPECT_EQ(again().made, 20);
  EXPECT_EQ(value("SELECT count(*) || ' ' || count(DISTINCT id) FROM t"), "40 40");
}

TEST_F(Reapply, one_run_or_one_table_alone) {
  exec("CREATE TABLE a (id int); CREATE TABLE b (id int)");
  park({row("a", k_insert, "", R"({"id": "1"})"), row("b", k_insert, "", R"({"id": "1"})")});
  auto session = connect();
  const ParkedSelection only_b{.run = {}, .table = QualifiedName{"", "b"}};
  EXPECT_EQ(must(parked_groups(session, "slipway_replay", only_b, test::long_wait())).size(), 1U);
  EXPECT_EQ(must(reapply(session, {"slipway_replay", only_b}, test::long_wait())).made, 1);
  EXPECT_EQ(value("SELECT (SELECT count(*) FROM a) || ' ' || (SELECT count(*) FROM b)"), "0 1");
  const ParkedSelection other{.run = "8", .table = {}};
  EXPECT_EQ(must(reapply(session, {"slipway_replay", other}, test::long_wait())).made, 0);
}

} // namespace
} // namespace slipway::replay
