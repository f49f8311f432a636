#include "plan_test.hpp"

namespace slipway::test {

namespace {

const std::string k_role =
    "DO $$BEGIN CREATE ROLE slip_reader; EXCEPTION WHEN duplicate_object THEN NULL; END$$;";

class RoutineRules : public PlanTest {
protected:
  void expect_replaced(const std::string& from, const std::string& to) {
    const auto planned = run(from, to);
    EXPECT_EQ(planned.left, std::vector<std::string>()) << planned.sql() << planned.error;
    EXPECT_EQ(planned.sql().find("DROP"), std::string::npos) << planned.sql();
  }
  void expect_made_anew(const std::string& from, const std::string& to) {
    const auto planned = run(from, to);
    EXPECT_EQ(planned.left, std::vector<std::string>()) << planned.sql() << planned.error;
    EXPECT_NE(planned.sql().find("DROP"), std::string::npos) << planned.sql();
  }
};

TEST_F(RoutineRules, FunctionsOfAllShapesComeAndGo) {
  expect_both_ways("", R"(
CREATE FUNCTION f1(a int, b text DEFAULT 'x, y', OUT c int, INOUT d numeric DEFAULT 3) LANGUAGE plpgsql
  AS $x$BEGIN c := 1; -- $$ and $body$
END$x$;
CREATE FUNCTION f2(VARIADIC a int[]) RETURNS TABLE (x int, "Y z" text) LANGUAGE sql STABLE STRICT
  SECURITY DEFINER LEAKPROOF PARALLEL RESTRICTED COST 7 ROWS 5 AS 'SELECT 1, ''it''';
CREATE FUNCTION f3() RETURNS SETOF int LANGUAGE sql SET search_path = pg_catalog, "My Schema", pg_temp
  SET work_mem = '8MB' SET "my.setting" = 'a, b' SET TimeZone = 'UTC' SET DateStyle = 'ISO, DMY' AS 'SELECT 1';
CREATE FUNCTION f4() RETURNS int LANGUAGE sql SET search_path = '' AS 'SELECT 1';
CREATE FUNCTION f5(text) RETURNS int LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textlen';
CREATE FUNCTION f6(anyelement, anyarray DEFAULT '{}'::int[]) RETURNS anyelement LANGUAGE sql AS 'SELECT $1';
CREATE PROCEDURE p1(a int, INOUT b text) LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE FUNCTION w() RETURNS int LANGUAGE internal WINDOW IMMUTABLE AS 'window_row_number';
COMMENT ON FUNCTION f2(int[]) IS 'x'; COMMENT ON PROCEDURE p1 IS 'y';)");
}

TEST_F(RoutineRules, BodiesInSqlHaveRealDependencies) {
  if (major_version() < 14) {
    expect_both_ways("", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'");
    return;
  }
  expect_both_ways("CREATE TABLE t (a int)", R"(CREATE TABLE t (a int);
CREATE VIEW v AS SELECT a FROM t;
CREATE FUNCTION a() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM v; END;
CREATE FUNCTION b() RETURNS bigint LANGUAGE sql RETURN a() + 1;
CREATE PROCEDURE c() LANGUAGE sql BEGIN ATOMIC DELETE FROM t; SELECT 1; END;)");
}

TEST_F(RoutineRules, WhatCanBeReplacedIs) {
  expect_replaced(
      "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT a'",
      "CREATE FUNCTION f(a int DEFAULT 5) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE "
      "STRICT COST 5 SET search_path = pg_catalog, pg_temp AS 'SELECT a + 1'");
  expect_replaced("CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT $1'",
                  "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT a'");
  expect_replaced(
      "CREATE PROCEDURE f(a int) LANGUAGE sql AS 'SELECT a'",
      "CREATE PROCEDURE f(a int) LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN NULL; END'");
}

TEST_F(RoutineRules, WhatCannotBeReplacedIsMadeAnew) {
  const std::string plain = "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT $1'";
  expect_made_anew(plain, "CREATE FUNCTION f(b int) RETURNS int LANGUAGE sql AS 'SELECT $1'");
  expect_made_anew(plain, "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT $1'");
  expect_made_anew(plain,
                   "CREATE FUNCTION f(a int) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'");
  expect_made_anew("CREATE FUNCTION f(a int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT $1'",
                   plain);
  expect_made_anew("CREATE FUNCTION f(OUT a int, OUT b int) LANGUAGE sql AS 'SELECT 1, 2'",
                   "CREATE FUNCTION f(OUT a int, OUT c int) LANGUAGE sql AS 'SELECT 1, 2'");
  expect_made_anew("CREATE FUNCTION f() RETURNS TABLE (a int) LANGUAGE sql AS 'SELECT 1'",
                   "CREATE FUNCTION f() RETURNS TABLE (b int) LANGUAGE sql AS 'SELECT 1'");
  expect_made_anew("CREATE FUNCTION f(a int) RETURNS void LANGUAGE sql AS 'SELECT 1'",
                   "CREATE PROCEDURE f(a int) LANGUAGE sql AS 'SELECT 1'");
}

TEST_F(RoutineRules, MadeAnewItKeepsPrivilegesCommentsAndDependents) {
  const std::string rest =
      "REVOKE ALL ON FUNCTION f(int) FROM PUBLIC;"
      "GRANT EXECUTE ON FUNCTION f(int) TO slip_reader; COMMENT ON FUNCTION f(int) IS 'x';"
      "CREATE VIEW v AS SELECT f(1) AS x; GRANT SELECT ON v TO slip_reader;"
      "CREATE TABLE t (a int DEFAULT f(1), CONSTRAINT c CHECK (f(a) > 0));"
      "CREATE INDEX i ON t (f(a));";
  expect_both_ways(
      k_role + "CREATE FUNCTION f(a int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';" + rest,
      k_role + "CREATE FUNCTION f(b int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';" + rest);
}

TEST_F(RoutineRules, BodiesOrderWhatTheyMention) {
  expect_both_ways(
      "",
      "CREATE FUNCTION z_helper(i int) RETURNS int LANGUAGE sql AS 'SELECT i';"
      "CREATE FUNCTION a_wrapper(i int) RETURNS int LANGUAGE sql AS 'SELECT public.z_helper(i)';");
}

TEST_F(RoutineRules, FunctionsThatCallEachOtherAreMadeUnchecked) {
  const auto planned = run(
      "",
      "SET check_function_bodies = off;"
      "CREATE FUNCTION a(i int) RETURNS int LANGUAGE sql AS 'SELECT public.b(i)';"
      "CREATE FUNCTION b(i int) RETURNS int LANGUAGE sql AS 'SELECT CASE WHEN i > 0 THEN public.a(i - 1) END';"
      "CREATE FUNCTION c(i int) RETURNS int LANGUAGE sql AS 'SELECT i';");
  EXPECT_EQ(planned.error, "");
  EXPECT_EQ(planned.left, std::vector<std::string>());
  std::size_t unchecked = 0;
  for (const auto& one : planned.plan.statements)
    unchecked += static_cast<std::size_t>(one.sql.starts_with("SET LOCAL check_function_bodies"));
  EXPECT_EQ(unchecked, 1U) << planned.sql();
}

TEST_F(RoutineRules, BodiesThatCountOnASearchPathAreMadeUnchecked) {
  const std::string elsewhere =
      "CREATE SCHEMA far; SET search_path = far;"
      "CREATE TYPE pair AS (a int);"
      "CREATE FUNCTION same(int, int) RETURNS bool LANGUAGE sql AS 'SELECT $1 = $2';"
      "CREATE OPERATOR =?= (LEFTARG = int, RIGHTARG = int, FUNCTION = same);";
  expect_both_ways(
      elsewhere,
      elsewhere +
          "CREATE FUNCTION calls() RETURNS bool LANGUAGE sql AS 'SELECT Same(1, 2)';"
          "CREATE FUNCTION operates() RETURNS bool LANGUAGE sql AS 'SELECT 1 =?= 2';"
          "CREATE FUNCTION declares() RETURNS void LANGUAGE plpgsql AS 'DECLARE p pair; BEGIN END';");
  const auto planned =
      run(elsewhere, elsewhere + "CREATE FUNCTION far.says() RETURNS bool LANGUAGE "
                                 "sql AS 'SELECT far.same(1, 2)';");
  EXPECT_EQ(planned.error, "");
  EXPECT_EQ(planned.sql().find("check_function_bodies"), std::string::npos) << planned.sql();
}

TEST_F(RoutineRules, WhatGoesWithAnExtension) {
  const std::string all =
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
      "CREATE TABLE t (a int UNIQUE); CREATE INDEX i ON t (a);"
      "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();"
      "CREATE MATERIALIZED VIEW m AS SELECT 1 AS one;";
  const std::string bound = "ALTER FUNCTION f() DEPENDS ON EXTENSION plpgsql;"
                            "ALTER INDEX i DEPENDS ON EXTENSION plpgsql;"
                            "ALTER INDEX t_a_key DEPENDS ON EXTENSION plpgsql;"
                            "ALTER TRIGGER g ON t DEPENDS ON EXTENSION plpgsql;"
                            "ALTER MATERIALIZED VIEW m DEPENDS ON EXTENSION plpgsql;";
  expect_both_ways(all, all + bound);
  expect_both_ways("", all + bound);
  expect_both_ways(
      all + bound,
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END';"
      "CREATE TABLE t (a int UNIQUE); CREATE UNIQUE INDEX i ON t (a);"
      "CREATE TRIGGER g BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION f();"
      "CREATE MATERIALIZED VIEW m AS SELECT 2 AS one;" +
          bound);
}

TEST_F(RoutineRules, Aggregates) {
  const std::string functions =
      "CREATE FUNCTION cat2(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1 || $2';";
  expect_both_ways(functions,
                   functions +
                       "CREATE AGGREGATE cat_all(text) (SFUNC = cat2, STYPE = text, INITCOND = '');"
                       "COMMENT ON AGGREGATE cat_all(text) IS 'x';");
  expect_both_ways(
      functions + "CREATE AGGREGATE cat_all(text) (SFUNC = cat2, STYPE = text, INITCOND = '');"
                  "CREATE VIEW v AS SELECT cat_all(relname::text) FROM pg_class;",
      functions +
          "CREATE AGGREGATE cat_all(text) (SFUNC = cat2, STYPE = text, INITCOND = 'x', PARALLEL = SAFE);"
          "CREATE VIEW v AS SELECT cat_all(relname::text) FROM pg_class;");
  expect_both_ways("", R"(
CREATE AGGREGATE total(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
CREATE AGGREGATE moving(a float8) (SFUNC = float8pl, STYPE = float8, INITCOND = '0', MSFUNC = float8pl,
  MINVFUNC = float8mi, MSTYPE = float8, MINITCOND = '0', SORTOP = <);
CREATE AGGREGATE middle(float8 ORDER BY float8) (SFUNC = ordered_set_transition, STYPE = internal,
  FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
COMMENT ON AGGREGATE middle(float8 ORDER BY float8) IS 'x'; REVOKE ALL ON FUNCTION moving(float8) FROM PUBLIC;)");
}

} // namespace

} // namespace slipway::test
