#include "plan_test.hpp"

#include <algorithm>

namespace slipway::test {

namespace {

const std::string k_table = "CREATE TABLE t (id int, s st NOT NULL DEFAULT 'new');";

class EnumRules : public PlanTest {};

std::string type(const std::string& labels) {
  return "CREATE TYPE st AS ENUM (" + labels + ");";
}

TEST_F(EnumRules, ComeAndGo) {
  expect_both_ways("", "CREATE TYPE st AS ENUM ('a', 'it''s', ''); COMMENT ON TYPE st IS 'x';"
                       "CREATE TYPE none AS ENUM ();");
}

TEST_F(EnumRules, LabelsAreAddedWhereTheyBelongAndOnTheirOwn) {
  const auto planned = run(type("'new','done'") + k_table,
                           type("'first','zeroth','new','it''s','busy','done','last'") + k_table);
  EXPECT_EQ(planned.left, std::vector<std::string>());
  EXPECT_EQ(planned.rounds, 1);
  EXPECT_EQ(planned.plan.statements.size(), 5U) << planned.sql();
  for (const auto& one : planned.plan.statements) EXPECT_FALSE(one.transactional) << one.sql;
  EXPECT_NE(planned.sql().find("ADD VALUE 'it''s' AFTER 'new'"), std::string::npos)
      << planned.sql();
}

TEST_F(EnumRules, FromNoLabelsAtAll) {
  expect_both_ways(type(""), type("'a','b'"));
}

TEST_F(EnumRules, AnotherOrderMovesTheColumns) {
  const auto planned = run(type("'new','done'") + k_table, type("'done','new'") + k_table,
                           "INSERT INTO t VALUES (1, 'new'), (2, 'done')");
  EXPECT_EQ(planned.error, "");
  EXPECT_EQ(planned.left, std::vector<std::string>()) << planned.sql();
  EXPECT_TRUE(planned.has(diff::FindingKind::rewrite));
}

TEST_F(EnumRules, ALabelGoesAndIsCountedFirst) {
  const auto from = type("'new','done','old'") + k_table;
  const auto to = type("'new','done'") + k_table;
  const auto planned = run(from, to, "INSERT INTO t VALUES (1, 'new')");
  EXPECT_EQ(planned.left, std::vector<std::string>()) << planned.sql() << planned.error;
  const auto found =
      std::find_if(planned.plan.findings.begin(), planned.plan.findings.end(),
                   [](const auto& one) { return one.kind == diff::FindingKind::data_dependent; });
  ASSERT_NE(found, planned.plan.findings.end());
  EXPECT_NE(found->count_sql.find("'old'"), std::string::npos);
  EXPECT_NE(run(from, to, "INSERT INTO t VALUES (1, 'old')").error, "");
}

TEST_F(EnumRules, ALabelThatMayHaveBeenRenamedIsSaid) {
  EXPECT_TRUE(run(type("'new','done'") + k_table, type("'new','ready'") + k_table)
                  .has(diff::FindingKind::ambiguity));
}

TEST_F(EnumRules, EverythingThatHangsOnItIsMovedOrMadeAgain) {
  const std::string rest =
      "CREATE DOMAIN d AS st DEFAULT 'new' CONSTRAINT not_done CHECK (VALUE <> 'done');"
      "COMMENT ON DOMAIN d IS 'dom'; COMMENT ON CONSTRAINT not_done ON DOMAIN d IS 'con';"
      "CREATE TABLE t (id int, s st NOT NULL DEFAULT 'new', l st[] DEFAULT '{new,done}', v d,"
      "  w d[], CONSTRAINT ck CHECK (s <> 'done' OR id > 0), UNIQUE (s));"
      "CREATE TABLE u (s st REFERENCES t (s), h int) PARTITION BY LIST (h);"
      "CREATE TABLE u1 PARTITION OF u (s DEFAULT 'done') FOR VALUES IN (1);"
      "CREATE INDEX i ON t (id) WHERE s = 'new'; CREATE INDEX j ON t (s, id);"
      "CREATE VIEW v AS SELECT id FROM t WHERE s = 'new'; CREATE VIEW w AS SELECT id FROM t WHERE s IS NOT NULL;"
      "CREATE VIEW x AS SELECT s, l FROM t; CREATE MATERIALIZED VIEW m AS SELECT s FROM x;"
      "CREATE FUNCTION f(a st, b st[]) RETURNS st LANGUAGE sql AS 'SELECT a';"
      "REVOKE ALL ON FUNCTION f(st, st[]) FROM PUBLIC;"
      "CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
      "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW WHEN (new.s = 'new') EXECUTE FUNCTION tf();"
      "CREATE POLICY p ON t USING (s = 'new'); COMMENT ON TYPE st IS 'state';"
      "REVOKE ALL ON TYPE st FROM PUBLIC;";
  const auto from = type("'new','done'") + rest;
  const auto to = type("'done','new'") + rest;
  expect_both_ways(from, to);
  const auto planned = run(from, to,
                           "INSERT INTO t VALUES (1, 'new', '{done,new}', 'new', '{new}');"
                           "INSERT INTO u VALUES ('new', 1);");
  EXPECT_EQ(planned.error, "");
  EXPECT_EQ(planned.rounds, 1) << planned.sql();
}

TEST_F(EnumRules, ViewsThatGoForGoodGoFirst) {
  expect_arrives(type("'new','done'") + k_table +
                     "CREATE VIEW v AS SELECT s FROM t; CREATE VIEW w AS SELECT s FROM v;"
                     "CREATE VIEW z AS SELECT s FROM t;",
                 type("'done','new'") + k_table + "CREATE VIEW v AS SELECT s FROM t;");
}

TEST_F(EnumRules, WhatCannotBeMovedIsRefused) {
  const auto in_type = "CREATE TYPE c AS (s st); CREATE TABLE t (c c)";
  EXPECT_FALSE(run(type("'a','b'") + in_type, type("'b','a'") + in_type).plan.refusals.empty());
  const auto key = "CREATE TABLE t (s st) PARTITION BY LIST (s)";
  EXPECT_FALSE(run(type("'a','b'") + key, type("'b','a'") + key).plan.refusals.empty());
}

class DomainRules : public PlanTest {};

TEST_F(DomainRules, ComeAndGo) {
  expect_both_ways(
      "",
      "CREATE DOMAIN d AS text COLLATE \"C\" DEFAULT 'x' NOT NULL CONSTRAINT a CHECK (VALUE ~ '\\.d$') "
      "CONSTRAINT b CHECK (VALUE <> 'VALUE'); COMMENT ON CONSTRAINT a ON DOMAIN d IS 'it';"
      "ALTER DOMAIN d ADD CONSTRAINT late CHECK (length(VALUE) < 9) NOT VALID;"
      "CREATE DOMAIN e AS d[] DEFAULT '{}';");
}

TEST_F(DomainRules, DefaultAndNotNull) {
  expect_both_ways("CREATE DOMAIN d AS text DEFAULT 'x'; CREATE TABLE t (v d)",
                   "CREATE DOMAIN d AS text DEFAULT 'y' NOT NULL; CREATE TABLE t (v d)");
  expect_both_ways("CREATE DOMAIN d AS text DEFAULT 'x'", "CREATE DOMAIN d AS text NOT NULL");
  EXPECT_TRUE(run("CREATE DOMAIN d AS text; CREATE TABLE t (v d)",
                  "CREATE DOMAIN d AS text NOT NULL; CREATE TABLE t (v d)")
                  .has(diff::FindingKind::data_dependent));
}

TEST_F(DomainRules, TheConstraintBehindNotNullHasANameAndAComment) {
  if (major_version() < 17) {
    expect_both_ways("CREATE DOMAIN d AS text NOT NULL", "CREATE DOMAIN d AS text");
    return;
  }
  const std::string comment = "COMMENT ON CONSTRAINT nn ON DOMAIN d IS 'x'";
  expect_both_ways("CREATE DOMAIN d AS text",
                   "CREATE DOMAIN d AS text CONSTRAINT nn NOT NULL;" + comment);
  expect_both_ways("CREATE DOMAIN d AS text NOT NULL",
                   "CREATE DOMAIN d AS text CONSTRAINT nn NOT NULL;" + comment);
  expect_both_ways("", "CREATE DOMAIN d AS text CONSTRAINT nn NOT NULL;" + comment);
}

TEST_F(DomainRules, Constraints) {
  const std::string use = "CREATE TABLE t (v d);";
  const std::string plain = "CREATE DOMAIN d AS int;" + use;
  const std::string checked = "CREATE DOMAIN d AS int CONSTRAINT c CHECK (VALUE > 0);" + use;
  expect_both_ways(plain, checked + "COMMENT ON CONSTRAINT c ON DOMAIN d IS 'x'");
  expect_both_ways(checked + "COMMENT ON CONSTRAINT c ON DOMAIN d IS 'x'",
                   "CREATE DOMAIN d AS int CONSTRAINT c CHECK (VALUE > 5);" + use +
                       "COMMENT ON CONSTRAINT c ON DOMAIN d IS 'x'");
  expect_both_ways(checked, plain + "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID");
  const auto added = run(plain, checked, "INSERT INTO t VALUES (1)");
  EXPECT_NE(added.sql().find("VALIDATE CONSTRAINT"), std::string::npos) << added.sql();
  EXPECT_TRUE(added.has(diff::FindingKind::data_dependent));
}

TEST_F(DomainRules, WhatTheServerDoesNotCheckIsRefused) {
  const std::string use = "CREATE TABLE t (v d[]);";
  const std::string plain = "CREATE DOMAIN d AS int;" + use;
  const std::string checked = "CREATE DOMAIN d AS int CONSTRAINT c CHECK (VALUE > 0);" + use;
  EXPECT_FALSE(run(plain, checked).plan.refusals.empty());
  EXPECT_FALSE(run(plain, "CREATE DOMAIN d AS int NOT NULL;" + use).plan.refusals.empty());
  expect_arrives(checked, plain);
}

TEST_F(DomainRules, AConstraintWithAnotherNameIsRenamed) {
  const std::string use = "CREATE TABLE t (v d);";
  const auto from = "CREATE DOMAIN d AS int CONSTRAINT c CHECK (VALUE > 0);" + use;
  const auto to = "CREATE DOMAIN d AS int CONSTRAINT k CHECK (VALUE > 0);" + use;
  expect_both_ways(from + "COMMENT ON CONSTRAINT c ON DOMAIN d IS 'x'", to);
  const auto planned = run(from, to);
  ASSERT_EQ(planned.plan.statements.size(), 1U) << planned.sql();
  EXPECT_NE(planned.sql().find("RENAME CONSTRAINT c TO k"), std::string::npos);
}

TEST_F(DomainRules, AWiderTypeBeneathMovesTheColumns) {
  const std::string rest =
      " DEFAULT 7 CONSTRAINT c CHECK (VALUE > 0); COMMENT ON CONSTRAINT c ON DOMAIN d IS 'x';"
      "CREATE DOMAIN e AS d; CREATE TABLE t (v d DEFAULT 3, w e, CHECK (v < 9));"
      "CREATE VIEW x AS SELECT v FROM t; CREATE INDEX i ON t (v);";
  const auto from = "CREATE DOMAIN d AS int" + rest;
  const auto to = "CREATE DOMAIN d AS bigint" + rest;
  const auto planned = run(from, to, "INSERT INTO t VALUES (1, 2)");
  EXPECT_EQ(planned.error, "");
  EXPECT_EQ(planned.left, std::vector<std::string>()) << planned.sql();
  EXPECT_TRUE(planned.has(diff::FindingKind::rewrite));
  EXPECT_FALSE(run(to, from).plan.refusals.empty());
}

TEST_F(DomainRules, AnotherTypeBeneathIsRefusedWhereItIsUsed) {
  expect_both_ways("CREATE DOMAIN d AS int", "CREATE DOMAIN d AS text");
  const std::string use = "CREATE TABLE t (v d);";
  EXPECT_FALSE(
      run("CREATE DOMAIN d AS text;" + use, "CREATE DOMAIN d AS int;" + use).plan.refusals.empty());
  const std::string within = "CREATE TABLE t (v d[]);";
  EXPECT_FALSE(run("CREATE DOMAIN d AS int;" + within, "CREATE DOMAIN d AS bigint;" + within)
                   .plan.refusals.empty());
}

class OtherTypeRules : public PlanTest {};

TEST_F(OtherTypeRules, CompositeTypes) {
  expect_both_ways("",
                   "CREATE TYPE c AS (z int, a text COLLATE \"C\", \"M n\" numeric(10,2)[]);"
                   "COMMENT ON TYPE c IS 'x'; COMMENT ON COLUMN c.a IS 'y'; CREATE TYPE e AS ();");
  expect_both_ways("CREATE TYPE c AS (a int)", "CREATE TYPE c AS (a int, z text, b bigint)");
  expect_both_ways("CREATE TYPE c AS (a int, b text)",
                   "CREATE TYPE c AS (a bigint, b text COLLATE \"C\")");
}

TEST_F(OtherTypeRules, AttributesInAnotherOrderMakeTheTypeAnew) {
  expect_both_ways(
      "CREATE TYPE c AS (a int, b text, d int); CREATE FUNCTION f(c) RETURNS int LANGUAGE sql AS 'SELECT 1'",
      "CREATE TYPE c AS (b text, a int, d int); CREATE FUNCTION f(c) RETURNS int LANGUAGE sql AS 'SELECT 1'");
}

TEST_F(OtherTypeRules, AttributesOfATypeThatColumnsHold) {
  const std::string use = "CREATE TABLE t (v c);";
  const auto one = "CREATE TYPE c AS (a text);" + use;
  const auto two = "CREATE TYPE c AS (a text, b int);" + use;
  expect_both_ways(one, two);
  EXPECT_TRUE(run(two, one).has(diff::FindingKind::data_loss));
  const auto other = run(one, "CREATE TYPE c AS (a varchar(10));" + use);
  EXPECT_FALSE(other.plan.refusals.empty());
  EXPECT_TRUE(other.plan.statements.empty()) << other.sql();
}

TEST_F(OtherTypeRules, AnAttributeUnderAView) {
  const std::string view = "CREATE VIEW v AS SELECT (ROW(1, 'x')::c).a;";
  expect_both_ways("CREATE TYPE c AS (a int, b text);" + view,
                   "CREATE TYPE c AS (a bigint, b text);" + view);
}

TEST_F(OtherTypeRules, RangeTypes) {
  expect_both_ways("", "CREATE TYPE r AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);"
                       "CREATE TYPE q AS RANGE (SUBTYPE = text, COLLATION = \"C\");");
  expect_both_ways("CREATE TYPE r AS RANGE (SUBTYPE = float8)",
                   "CREATE TYPE r AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi)");
  const std::string use = "CREATE TABLE t (v r);";
  EXPECT_FALSE(run("CREATE TYPE r AS RANGE (SUBTYPE = float8);" + use,
                   "CREATE TYPE r AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);" + use)
                   .plan.refusals.empty());
}

const std::string k_base = R"(
CREATE TYPE b;
CREATE FUNCTION b_in(cstring) RETURNS b LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION b_out(b) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';)";

TEST_F(OtherTypeRules, BaseTypes) {
  expect_both_ways("", "CREATE TYPE shell;");
  expect_both_ways(
      "", k_base + "CREATE TYPE b (INPUT = b_in, OUTPUT = b_out, INTERNALLENGTH = VARIABLE);"
                   "CREATE FUNCTION f(b) RETURNS b LANGUAGE sql AS 'SELECT $1';"
                   "COMMENT ON TYPE b IS 'x'; CREATE VIEW v AS SELECT 'x'::b AS x;");
}

TEST_F(OtherTypeRules, ABaseTypeIsChangedOrMadeAnew) {
  const std::string view = "CREATE VIEW v AS SELECT 'x'::b AS x;";
  const auto plain =
      k_base + "CREATE TYPE b (INPUT = b_in, OUTPUT = b_out, INTERNALLENGTH = VARIABLE);" + view;
  expect_both_ways(plain,
                   k_base +
                       "CREATE TYPE b (INPUT = b_in, OUTPUT = b_out, INTERNALLENGTH = VARIABLE,"
                       " CATEGORY = 'S', DELIMITER = ';');" +
                       view);
  expect_arrives(plain,
                 k_base +
                     "CREATE TYPE b (INPUT = b_in, OUTPUT = b_out, INTERNALLENGTH = VARIABLE,"
                     " STORAGE = extended);" +
                     view);
  expect_arrives("CREATE TYPE b;", plain);
}

TEST_F(OtherTypeRules, ABaseTypeOfAnotherNameTakesOverTheFunctions) {
  const auto plain =
      k_base + "CREATE TYPE b (INPUT = b_in, OUTPUT = b_out, INTERNALLENGTH = VARIABLE);";
  const auto renamed = plain + "ALTER TYPE b RENAME TO c;";
  diff::Options options;
  options.not_renamed = {{schema::Kind::base_type, "public", "b", {}}};
  const auto planned = run(plain, renamed, {}, options);
  EXPECT_EQ(planned.error, "") << planned.sql();
  EXPECT_EQ(planned.left, std::vector<std::string>());
}

} // namespace

} // namespace slipway::test
