#include "plan_test.hpp"

#include <gmock/gmock.h>

namespace slipway::test {

using diff::FindingKind;
using ::testing::HasSubstr;
using ::testing::Not;

class TableRulesTest : public PlanTest {};

TEST_F(TableRulesTest, ATableIsMadeAndDropped) {
  const std::string one = "CREATE TABLE a (id int PRIMARY KEY)";
  const std::string both = one +
                           ";"
                           "CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES a(id),"
                           " n text COLLATE \"C\" DEFAULT 'x', CHECK (id > 0), UNIQUE (a_id))";
  expect_both_ways(one, both);
  EXPECT_TRUE(run(both, one).has(FindingKind::data_loss));
  EXPECT_THAT(run(one, both).sql(), Not(HasSubstr("ADD CONSTRAINT b_pkey")));
}

TEST_F(TableRulesTest, TablesThatPointAtEachOther) {
  expect_both_ways(
      "CREATE TABLE z (i int)",
      "CREATE TABLE x (id int PRIMARY KEY, y_id int); CREATE TABLE y (id int PRIMARY KEY,"
      " x_id int REFERENCES x(id)); ALTER TABLE x ADD FOREIGN KEY (y_id) REFERENCES y(id)");
}

TEST_F(TableRulesTest, ARuleThatCallsAFunctionOfTheTableItself) {
  expect_both_ways("", "CREATE TABLE t (a int);"
                       "CREATE FUNCTION f(t) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';"
                       "ALTER TABLE t ADD CONSTRAINT c CHECK (f(t))");
}

TEST_F(TableRulesTest, RulesThatWriteToTablesBelowAndBeside) {
  expect_both_ways(
      "", "CREATE TABLE above (id int); CREATE TABLE below () INHERITS (above);"
          "CREATE RULE down AS ON INSERT TO above DO INSTEAD INSERT INTO below VALUES (NEW.id);"
          "CREATE TABLE left_one (id int); CREATE TABLE right_one (id int);"
          "CREATE RULE over AS ON INSERT TO left_one DO ALSO INSERT INTO right_one VALUES (1);"
          "CREATE RULE back AS ON DELETE TO right_one DO ALSO DELETE FROM left_one;");
}

TEST_F(TableRulesTest, SettingsAreMadeAndChanged) {
  const std::string plain = "CREATE TABLE t (id int PRIMARY KEY, n text)";
  for (const auto& rest :
       {"ALTER TABLE t SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01)",
        "ALTER TABLE t SET (toast.autovacuum_enabled = off)",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY", "ALTER TABLE t FORCE ROW LEVEL SECURITY",
        "ALTER TABLE t REPLICA IDENTITY FULL", "ALTER TABLE t REPLICA IDENTITY NOTHING",
        "ALTER TABLE t CLUSTER ON t_pkey", "ALTER TABLE t REPLICA IDENTITY USING INDEX t_pkey",
        "ALTER TABLE t SET UNLOGGED",
        "CREATE UNIQUE INDEX i ON t (id); ALTER TABLE t REPLICA IDENTITY USING INDEX i"}) {
    expect_both_ways(plain, plain + "; " + rest);
    expect_both_ways("", plain + "; " + rest);
  }
  expect_both_ways(plain + "; ALTER TABLE t SET (fillfactor = 70)",
                   plain + "; ALTER TABLE t SET (fillfactor = 80)");
  EXPECT_TRUE(run(plain, plain + "; ALTER TABLE t SET UNLOGGED").has(FindingKind::rewrite));
}

TEST_F(TableRulesTest, ACatalogTableIsMarkedAfterItsRewrites) {
  expect_both_ways(
      "CREATE TABLE t (a int) WITH (fillfactor = 60);",
      "CREATE TABLE t (a bigint, b serial) WITH (fillfactor = 70, user_catalog_table = true);");
}

TEST_F(TableRulesTest, ANewTableTakesTheNamesOfOneThatGoes) {
  const std::string one =
      "CREATE TABLE z (id serial PRIMARY KEY, a int UNIQUE); CREATE INDEX i ON z (a);";
  const std::string other = one + "ALTER TABLE z RENAME TO a;";
  diff::Options options;
  options.not_renamed = {{schema::Kind::table, "public", "z", {}}};
  const auto up = run(one, other, {}, options);
  EXPECT_EQ(up.error, "") << up.sql();
  EXPECT_EQ(up.left, std::vector<std::string>());
  options.not_renamed = {{schema::Kind::table, "public", "a", {}}};
  const auto down = run(other, one, {}, options);
  EXPECT_EQ(down.error, "") << down.sql();
  EXPECT_EQ(down.left, std::vector<std::string>());
}

TEST_F(TableRulesTest, ANewForeignKeyHoldsOnToAnIndexThatStays) {
  const std::string tables = "CREATE TABLE t (code text NOT NULL); CREATE TABLE u (code text);";
  expect_both_ways(
      tables + "CREATE UNIQUE INDEX k ON t (code DESC); CREATE UNIQUE INDEX l ON t (code);",
      tables + "CREATE UNIQUE INDEX k ON t (code); ALTER TABLE t ADD PRIMARY KEY (code);"
               "ALTER TABLE u ADD FOREIGN KEY (code) REFERENCES t;");
}

TEST_F(TableRulesTest, ATableOfAType) {
  const std::string type = "CREATE TYPE addr AS (street text, zip text);";
  const auto planned = run(type + "CREATE TABLE a (street text, zip text)",
                           type + "CREATE TABLE a OF addr", "INSERT INTO a VALUES ('s', '1')");
  EXPECT_EQ(planned.error, "");
  EXPECT_EQ(planned.values("SELECT count(*) FROM a"), "1");
  expect_both_ways(type + "CREATE TABLE a (street text, zip text)",
                   type + "CREATE TABLE a OF addr");
  expect_both_ways(
      "",
      type +
          "CREATE TABLE a OF addr (zip WITH OPTIONS NOT NULL DEFAULT 'x', PRIMARY KEY (street))");
}

TEST_F(TableRulesTest, TablesThatInherit) {
  const std::string parent =
      "CREATE TABLE p (id int NOT NULL, n text DEFAULT 'x', CONSTRAINT k CHECK (id > 0));";
  expect_both_ways(parent, parent + "CREATE TABLE c (extra int) INHERITS (p)");
  expect_both_ways(
      parent, parent + "CREATE TABLE c () INHERITS (p); ALTER TABLE c ALTER n SET DEFAULT 'y'");
  const std::string family = parent + "CREATE TABLE c (extra int) INHERITS (p)";
  expect_both_ways(
      family, "CREATE TABLE p (id bigint NOT NULL, m bigint NOT NULL, CONSTRAINT k CHECK (id > 1));"
              "CREATE TABLE c (extra int) INHERITS (p)");
  expect_both_ways(family, "CREATE TABLE p (id int NOT NULL, n text DEFAULT 'z');"
                           "CREATE TABLE c (extra int) INHERITS (p)");
  expect_both_ways(
      parent + "CREATE TABLE c (id int NOT NULL, n text DEFAULT 'x', CONSTRAINT k CHECK (id > 0))",
      parent + "CREATE TABLE c (id int NOT NULL, n text DEFAULT 'x', CONSTRAINT k CHECK (id > 0));"
               "ALTER TABLE c INHERIT p");
}

TEST_F(TableRulesTest, AColumnOfItsOwnStaysItsOwnAndThatIsSaid) {
  const auto planned = run("CREATE TABLE p (a int); CREATE TABLE c (a int, b int)",
                           "CREATE TABLE p (a int); CREATE TABLE c (b int) INHERITS (p)");
  ASSERT_FALSE(planned.plan.refusals.empty());
  EXPECT_EQ(planned.plan.refusals.front().object, "column public.c.a");
}

TEST_F(TableRulesTest, ANewKindOfAccess) {
  if (major_version() < 15) return;
  const std::string method = "CREATE ACCESS METHOD other TYPE TABLE HANDLER heap_tableam_handler;";
  expect_both_ways(method + "CREATE TABLE t (id int)",
                   method + "CREATE TABLE t (id int) USING other");
}

TEST_F(TableRulesTest, WhatCannotBeDoneInPlaceIsRefusedAndSaid) {
  const auto planned = run("CREATE TABLE m (id int, at date)",
                           "CREATE TABLE m (id int, at date) PARTITION BY RANGE (at);"
                           "CREATE TABLE m_def PARTITION OF m DEFAULT");
  EXPECT_FALSE(planned.plan.refusals.empty());
  EXPECT_TRUE(planned.has(FindingKind::data_loss));
}

TEST_F(TableRulesTest, AViewBecomesATableAndViewsOverItFollow) {
  expect_both_ways(
      "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v",
      "CREATE TABLE t (a int); CREATE TABLE v (a int); CREATE VIEW w AS SELECT a FROM v");
}

} // namespace slipway::test
