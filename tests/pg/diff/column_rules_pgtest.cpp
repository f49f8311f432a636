#include "plan_test.hpp"

#include <gmock/gmock.h>

namespace slipway::test {

using diff::FindingKind;
using ::testing::HasSubstr;
using ::testing::Not;

class ColumnRulesTest : public PlanTest {
protected:
  /// From a column of one type to one of another, both ways when `back`.
  void expect_type(const std::string& from, const std::string& to) {
    expect_both_ways("CREATE TABLE t (id int, c " + from + ")",
                     "CREATE TABLE t (id int, c " + to + ")");
  }
  Planned type(const std::string& from, const std::string& to, const std::string& value) {
    return run("CREATE TABLE t (c " + from + ")", "CREATE TABLE t (c " + to + ")",
               "INSERT INTO t VALUES (" + value + ")");
  }
  void expect_free(const std::string& from, const std::string& to, const std::string& value) {
    const auto planned = type(from, to, value);
    EXPECT_EQ(planned.error, "") << planned.sql();
    EXPECT_TRUE(planned.left.empty()) << planned.left.front();
    EXPECT_FALSE(planned.has(FindingKind::rewrite)) << from << " to " << to;
    EXPECT_FALSE(planned.has(FindingKind::data_dependent)) << from << " to " << to;
    EXPECT_FALSE(planned.has(FindingKind::data_loss)) << from << " to " << to;
  }
};

TEST_F(ColumnRulesTest, ColumnsComeAndGo) {
  expect_both_ways("CREATE TABLE t (id int)",
                   "CREATE TABLE t (id int, zebra text, apple text NOT NULL DEFAULT 'x', "
                   "n numeric(10,2) DEFAULT 0, \"Quoted \"\"Name\" varchar(10) COLLATE \"C\")");
  const auto planned = run("CREATE TABLE t (id int)", "CREATE TABLE t (id int, z int, a int)");
  EXPECT_LT(planned.sql().find("ADD COLUMN z"), planned.sql().find("ADD COLUMN a"));
}

TEST_F(ColumnRulesTest, WhatAnAddedColumnDoesToRowsIsSaid) {
  const std::string helpers =
      "CREATE FUNCTION volatile_one() RETURNS int LANGUAGE sql AS 'SELECT 1';"
      "CREATE FUNCTION stable_one() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';"
      "CREATE DOMAIN even AS int CHECK (VALUE % 2 = 0);";
  const auto add = [&](const std::string& column) {
    return run(helpers + "CREATE TABLE t (id int)",
               helpers + "CREATE TABLE t (id int, c " + column + ")");
  };
  for (const auto* free : {"int", "int DEFAULT 1", "timestamptz DEFAULT now()",
                           "int DEFAULT stable_one()", "text DEFAULT 'random()'"})
    EXPECT_FALSE(add(free).has(FindingKind::rewrite)) << free;
  for (const auto* costly :
       {"float8 DEFAULT random()", "int DEFAULT volatile_one()", "serial", "even",
        "int GENERATED ALWAYS AS IDENTITY", "int GENERATED ALWAYS AS (id + 1) STORED",
        "timestamptz DEFAULT clock_timestamp()"}) {
    const auto planned = add(costly);
    EXPECT_TRUE(planned.has(FindingKind::rewrite)) << costly;
    EXPECT_TRUE(planned.left.empty()) << planned.left.front();
  }
  EXPECT_TRUE(add("int NOT NULL").has(FindingKind::data_dependent));
  EXPECT_FALSE(add("int NOT NULL DEFAULT 1").has(FindingKind::data_dependent));
}

TEST_F(ColumnRulesTest, ADroppedColumnIsLostAndCounted) {
  const auto planned = run("CREATE TABLE t (id int, c text)", "CREATE TABLE t (id int)",
                           "INSERT INTO t VALUES (1, 'x'), (2, NULL)");
  ASSERT_TRUE(planned.has(FindingKind::data_loss));
  EXPECT_THAT(planned.plan.findings.front().count_sql, HasSubstr("IS NOT NULL"));
  EXPECT_FALSE(run("CREATE TABLE t (id int, c int GENERATED ALWAYS AS (id) STORED)",
                   "CREATE TABLE t (id int)")
                   .has(FindingKind::data_loss));
}

TEST_F(ColumnRulesTest, WiderTypesCostNothing) {
  expect_free("varchar(10)", "varchar(20)", "'abc'");
  expect_free("varchar(10)", "text", "'abc'");
  expect_free("varchar(10)", "varchar", "'abc'");
  expect_free("text", "varchar", "'abc'");
  expect_free("numeric(18,6)", "numeric(20,6)", "1.5");
  expect_free("numeric(18,6)", "numeric", "1.5");
  expect_free("timestamp(3)", "timestamp(6)", "now()");
  expect_free("timestamptz(3)", "timestamptz", "now()");
  expect_free("interval(3)", "interval", "'1 s'");
  expect_free("varbit(3)", "varbit(5)", "'101'");
  expect_free("cidr", "inet", "'10.0.0.0/8'");
}

// Seen to fail when the cast is written out, which cuts values off without a word.
TEST_F(ColumnRulesTest, ANarrowerTypeIsCountedAndNeverCutsValuesOff) {
  for (const auto& [from, to, value] :
       {std::tuple("text", "varchar(2)", "'abc'"), std::tuple("varchar(10)", "varchar(2)", "'abc'"),
        std::tuple("bigint", "integer", "3000000000"),
        std::tuple("numeric", "numeric(4,2)", "1000"),
        std::tuple("integer", "smallint", "70000")}) {
    const auto planned = type(from, to, value);
    EXPECT_NE(planned.error, "") << planned.sql();
    EXPECT_TRUE(planned.has(FindingKind::data_dependent)) << to;
    EXPECT_TRUE(planned.has(FindingKind::rewrite)) << to;
    EXPECT_THAT(planned.sql(), Not(HasSubstr("USING")));
    const auto& findings = planned.plan.findings;
    const auto doubt = std::find_if(findings.begin(), findings.end(), [](const auto& one) {
      return one.kind == FindingKind::data_dependent;
    });
    ASSERT_NE(doubt->count_sql, "") << to;
    EXPECT_EQ(planned.values(doubt->count_sql), "1") << to;
    EXPECT_EQ(planned.values("SELECT c FROM t"), std::string(value[0] == '\'' ? "abc" : value));
  }
}

TEST_F(ColumnRulesTest, ValuesThatLoseSomethingAreDataLoss) {
  for (const auto& [from, to, value] :
       {std::tuple("numeric(10,4)", "numeric(10,2)", "1.2345"),
        std::tuple("timestamp", "date", "'2026-01-01 12:00'"),
        std::tuple("float8", "integer", "1.5"),
        std::tuple("timestamptz", "timestamptz(0)", "'2026-01-01 12:00:00.5'")}) {
    const auto planned = type(from, to, value);
    EXPECT_EQ(planned.error, "") << planned.sql();
    EXPECT_TRUE(planned.has(FindingKind::data_loss)) << to;
  }
}

TEST_F(ColumnRulesTest, TypesThatDoNotConvertByThemselvesAreToldHow) {
  expect_type("text", "integer");
  expect_type("text", "uuid");
  expect_type("integer", "boolean");
  expect_type("text[]", "integer[]");
  expect_type("text[]", "timestamp");
  expect_type("integer", "uuid");
  expect_type("jsonb", "text");
  expect_type("date", "bigint");
  expect_type("timestamp", "timestamptz");
  const auto planned = type("timestamp", "timestamptz", "'2026-01-01 12:00'");
  EXPECT_THAT(planned.sql(), HasSubstr("AT TIME ZONE 'UTC'"));
  EXPECT_TRUE(planned.has(FindingKind::data_dependent));
}

TEST_F(ColumnRulesTest, AnEnumBecomesAnotherByItsText) {
  const std::string types = "CREATE TYPE a AS ENUM ('x', 'y'); CREATE TYPE b AS ENUM ('x', 'z');";
  const auto planned =
      run(types + "CREATE TABLE t (c a DEFAULT 'x')", types + "CREATE TABLE t (c b DEFAULT 'z')",
          "INSERT INTO t VALUES ('x')");
  EXPECT_EQ(planned.error, "") << planned.sql();
  EXPECT_TRUE(planned.left.empty()) << planned.left.front();
  EXPECT_TRUE(planned.has(FindingKind::data_dependent));
  expect_both_ways(
      types + "CREATE TABLE t (id int PRIMARY KEY, c text); CREATE INDEX i ON t (id) WHERE c = 'x'",
      types + "CREATE TABLE t (id int PRIMARY KEY, c a); CREATE INDEX i ON t (id) WHERE c = 'x'");
}

TEST_F(ColumnRulesTest, ADefaultThatDoesNotFitGoesAroundTheType) {
  expect_both_ways("CREATE TABLE t (c text DEFAULT 'x')", "CREATE TABLE t (c int DEFAULT 1)");
  expect_both_ways("CREATE TABLE t (c int DEFAULT 0)", "CREATE TABLE t (c bigint DEFAULT 0)");
  expect_both_ways("CREATE TABLE t (c varchar(10) DEFAULT 'x')",
                   "CREATE TABLE t (c text DEFAULT 'x')");
  expect_both_ways("CREATE TABLE t (c text DEFAULT 'x')", "CREATE TABLE t (c int)");
}

TEST_F(ColumnRulesTest, WhatStandsInTheWayOfATypeGoesAndComesBack) {
  const auto around = [](const std::string& type, const std::string& default_value) {
    return "CREATE TABLE t (id int PRIMARY KEY, c " + type + " DEFAULT " + default_value +
           ", g text GENERATED ALWAYS AS (c || 'x') STORED, CHECK (c <> ''));"
           "CREATE VIEW v AS SELECT id, c FROM t; CREATE INDEX i ON t (lower(c));"
           "CREATE INDEX g ON t (g);"
           "CREATE STATISTICS st ON id, c FROM t;"
           "ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (c = 'x');"
           "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';"
           "CREATE TRIGGER r BEFORE UPDATE OF c ON t FOR EACH ROW EXECUTE FUNCTION f();"
           "COMMENT ON COLUMN v.c IS 'why'; COMMENT ON INDEX i IS 'why'; COMMENT ON COLUMN t.g IS 'why'";
  };
  expect_both_ways(around("text", "'a'"), around("varchar(20)", "'b'"));
}

TEST_F(ColumnRulesTest, ACollationChangesInPlace) {
  const std::string from = "CREATE TABLE t (c text); CREATE INDEX i ON t (c)";
  const std::string to = "CREATE TABLE t (c text COLLATE \"C\"); CREATE INDEX i ON t (c)";
  expect_both_ways(from, to);
  EXPECT_THAT(run(from, to).sql(), Not(HasSubstr("DROP COLUMN")));
  EXPECT_FALSE(run(from, to).has(FindingKind::rewrite));
}

TEST_F(ColumnRulesTest, HowValuesAreKeptIsMadeAndChanged) {
  expect_both_ways("CREATE TABLE t (c text, n int)",
                   "CREATE TABLE t (c text, n int);"
                   "ALTER TABLE t ALTER c SET STORAGE EXTERNAL, ALTER n SET STATISTICS 500,"
                   " ALTER c SET (n_distinct = -0.5, n_distinct_inherited = 5)");
  expect_both_ways("", "CREATE TABLE t (c text, n int);"
                       "ALTER TABLE t ALTER c SET STORAGE EXTERNAL, ALTER n SET STATISTICS 500,"
                       " ALTER c SET (n_distinct = -0.5)");
  if (major_version() >= 14) {
    expect_both_ways("CREATE TABLE t (c text)", "CREATE TABLE t (c text COMPRESSION pglz)");
    expect_both_ways("CREATE TABLE t (c text COMPRESSION pglz)",
                     "CREATE TABLE t (c varchar(5) COMPRESSION pglz);"
                     "ALTER TABLE t ALTER c SET STORAGE MAIN");
  }
}

TEST_F(ColumnRulesTest, NotNullIsCheckedWithoutKeepingOthersWaiting) {
  const std::string from = "CREATE TABLE t (id int, c text)";
  const std::string to = "CREATE TABLE t (id int, c text NOT NULL)";
  expect_both_ways(from, to);
  const auto planned = run(from, to, "INSERT INTO t VALUES (1, 'x')");
  EXPECT_THAT(planned.sql(), HasSubstr("NOT VALID"));
  EXPECT_THAT(planned.sql(), HasSubstr("VALIDATE CONSTRAINT"));
  EXPECT_TRUE(planned.has(FindingKind::data_dependent));
  EXPECT_EQ(planned.rounds, 1);
  expect_both_ways(from, "CREATE TABLE t (id int PRIMARY KEY, c text NOT NULL UNIQUE)");
  EXPECT_THAT(run("CREATE TABLE t (c text CHECK (c IS NOT NULL))",
                  "CREATE TABLE t (c text NOT NULL CHECK (c IS NOT NULL))")
                  .sql(),
              Not(HasSubstr("NOT VALID")));
}

TEST_F(ColumnRulesTest, NamedAndUncheckedNotNullOf18) {
  if (major_version() < 18) return;
  const std::string from = "CREATE TABLE t (id int, c text)";
  expect_both_ways(from, "CREATE TABLE t (id int, c text CONSTRAINT given NOT NULL)");
  expect_both_ways(
      from,
      "CREATE TABLE t (id int, c text); ALTER TABLE t ADD CONSTRAINT given NOT NULL c NOT VALID");
  expect_both_ways("CREATE TABLE t (c text NOT NULL)",
                   "CREATE TABLE t (c text CONSTRAINT given NOT NULL)");
  expect_both_ways(
      "CREATE TABLE t (c text NOT NULL)",
      "CREATE TABLE t (c text); ALTER TABLE t ADD CONSTRAINT given NOT NULL c NOT VALID");
  expect_both_ways("CREATE TABLE t (c text NOT NULL)",
                   "CREATE TABLE t (c text NOT NULL NO INHERIT)");
}

TEST_F(ColumnRulesTest, GeneratedColumnsComeChangeAndGo) {
  const std::string plain = "CREATE TABLE t (id int PRIMARY KEY, g int)";
  const std::string one =
      "CREATE TABLE t (id int PRIMARY KEY, g int GENERATED ALWAYS AS (id + 1) STORED)";
  const std::string two =
      "CREATE TABLE t (id int PRIMARY KEY, g int GENERATED ALWAYS AS (id + 2) STORED)";
  expect_both_ways(plain, one);
  expect_both_ways(one + "; CREATE INDEX i ON t (g); CREATE VIEW v AS SELECT g FROM t",
                   two + "; CREATE INDEX i ON t (g); CREATE VIEW v AS SELECT g FROM t");
  const auto kept = run(one, plain, "INSERT INTO t VALUES (1)");
  EXPECT_THAT(kept.sql(), HasSubstr("DROP EXPRESSION"));
  EXPECT_EQ(kept.values("SELECT g FROM t"), "2");
  EXPECT_TRUE(run(plain, one).has(FindingKind::data_loss));
  if (major_version() >= 18) {
    expect_both_ways(
        one, "CREATE TABLE t (id int PRIMARY KEY, g int GENERATED ALWAYS AS (id + 1) VIRTUAL)");
    expect_both_ways(
        plain, "CREATE TABLE t (id int PRIMARY KEY, g int GENERATED ALWAYS AS (id + 1) VIRTUAL)");
  }
}

} // namespace slipway::test
