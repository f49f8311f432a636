#include "plan_test.hpp"

namespace slipway::test {

using schema::Identity;
using schema::Kind;

class RenameStatementsTest : public ServerTest {
protected:
  /// Runs the statements for the renames in a database made by `sql`.
  std::string rename(const std::string& sql, const std::vector<diff::Rename>& renames) {
    exec(sql);
    auto session = connect();
    inspect::Scope scope;
    scope.dependencies = true;
    const auto from = inspect::read_schema(session, scope, long_wait());
    if (!from) return from.error().message;
    const auto plan = diff::rename_statements(*from, renames);
    if (!plan.refusals.empty()) return plan.refusals.front().message;
    for (const auto& one : plan.statements) exec(one.sql);
    return {};
  }
};

TEST_F(RenameStatementsTest, EveryKindThatHoldsDataIsRenamed) {
  EXPECT_EQ(
      rename(
          "CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.t (x int, \"Y\" int); INSERT INTO a.t VALUES (1, 2);"
          "CREATE TYPE a.e AS ENUM ('x'); CREATE SEQUENCE a.s; CREATE TYPE a.c AS (p int);"
          "CREATE VIEW a.v AS SELECT x FROM a.t; CREATE MATERIALIZED VIEW a.w AS SELECT x FROM a.t;"
          "CREATE DOMAIN a.d AS int; SELECT pg_catalog.setval('a.s', 7)",
          {{{Kind::table, "a", "t", ""}, {Kind::table, "b", "u", ""}},
           {{Kind::column, "a", "t", "x"}, {Kind::column, "a", "t", "z"}},
           {{Kind::column, "b", "u", "Y"}, {Kind::column, "b", "u", "y"}},
           {{Kind::enum_type, "a", "e", ""}, {Kind::enum_type, "a", "f", ""}},
           {{Kind::sequence, "a", "s", ""}, {Kind::sequence, "a", "r", ""}},
           {{Kind::column, "a", "c", "p"}, {Kind::column, "a", "c", "q"}},
           {{Kind::view, "a", "v", ""}, {Kind::view, "a", "v2", ""}},
           {{Kind::materialized_view, "a", "w", ""}, {Kind::materialized_view, "a", "w2", ""}},
           {{Kind::domain, "a", "d", ""}, {Kind::domain, "b", "d", ""}},
           {{Kind::schema, "", "a", ""}, {Kind::schema, "", "app", ""}}}),
      "");
  EXPECT_EQ(value("SELECT z + y FROM b.u"), "3");
  EXPECT_EQ(value("SELECT nextval('app.r')"), "8");
  EXPECT_EQ(
      value("SELECT pg_catalog.concat('x'::app.f, (ROW(1)::app.c).q, 1::b.d) FROM app.v2, app.w2"),
      "x11");
}

TEST_F(RenameStatementsTest, WhatCannotBeIsRefused) {
  const std::string sql =
      "CREATE TABLE IF NOT EXISTS t (x int); CREATE TABLE IF NOT EXISTS u (x int)";
  EXPECT_NE(rename(sql, {{{Kind::table, "public", "gone", ""}, {Kind::table, "public", "v", ""}}}),
            "");
  EXPECT_NE(rename(sql, {{{Kind::table, "public", "t", ""}, {Kind::table, "public", "u", ""}}}),
            "");
  EXPECT_NE(rename(sql, {{{Kind::table, "public", "t", ""}, {Kind::view, "public", "v", ""}}}), "");
}

TEST_F(RenameStatementsTest, ATableMovesPastAnotherOfItsName) {
  EXPECT_EQ(
      rename("CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.t (x int); CREATE TABLE b.t (x int)",
             {{{Kind::table, "a", "t", ""}, {Kind::table, "b", "u", ""}}}),
      "");
  EXPECT_EQ(value("SELECT count(*) FROM b.u, b.t"), "0");
}

} // namespace slipway::test
