// Each property of functions, procedures and aggregates is seen when it alone changes.
#include "changed_by.hpp"

#include <gtest/gtest.h>

namespace slipway::inspect {
namespace {

using schema::Kind;
using RoutinesRead = ChangedByTest;

TEST_F(RoutinesRead, functions_by_their_input_types) {
  exec("CREATE TYPE \"My type\" AS ENUM ()");
  EXPECT_EQ(
      changed_by(
          "CREATE FUNCTION f(a int, b \"My type\"[] DEFAULT NULL, OUT c text, VARIADIC d numeric[] DEFAULT '{}') "
          "LANGUAGE plpgsql AS $$BEGIN c := 'x'; END$$"),
      "created function public.f(integer, public.\"My type\"[], numeric[])");
  EXPECT_EQ(
      all_of({Kind::function, "public", "f", "integer, public.\"My type\"[], numeric[]"}),
      "arguments: 'a integer, b public.\"My type\"[] DEFAULT NULL::public.\"My type\"[], "
      "OUT c text, VARIADIC d numeric[] DEFAULT '{}'::numeric[]'\nresult: 'text'\nlanguage: 'plpgsql'\n"
      "body: 'BEGIN c := 'x'; END'");
  EXPECT_EQ(changed_by("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
            "created function public.f()");
}

TEST_F(RoutinesRead, each_property_of_a_function) {
  exec("CREATE FUNCTION f(int) RETURNS SETOF int LANGUAGE sql AS 'SELECT 1'");
  const std::string f = "function public.f(integer) ";
  const auto altered = [&](const std::string& action) {
    return changed_by("ALTER FUNCTION f(int) " + action);
  };
  EXPECT_EQ(altered("STABLE"), f + "volatility: none -> 'stable'");
  EXPECT_EQ(altered("IMMUTABLE"), f + "volatility: 'stable' -> 'immutable'");
  EXPECT_EQ(altered("STRICT"), f + "strict: none -> 'yes'");
  EXPECT_EQ(altered("SECURITY DEFINER"), f + "security_definer: none -> 'yes'");
  EXPECT_EQ(altered("LEAKPROOF"), f + "leakproof: none -> 'yes'");
  EXPECT_EQ(altered("PARALLEL SAFE"), f + "parallel: none -> 'safe'");
  EXPECT_EQ(altered("PARALLEL RESTRICTED"), f + "parallel: 'safe' -> 'restricted'");
  EXPECT_EQ(altered("COST 0.5"), f + "cost: none -> '0.5'");
  EXPECT_EQ(altered("COST 100"), f + "cost: '0.5' -> none");
  EXPECT_EQ(altered("ROWS 5"), f + "rows: none -> '5'");
  EXPECT_EQ(altered("SUPPORT pg_catalog.generate_series_int4_support"),
            f + "support: none -> 'generate_series_int4_support'");
  EXPECT_EQ(altered("SET work_mem = '4MB'"), f + "settings: none -> 'work_mem=4MB'");
  EXPECT_EQ(altered("SET search_path = public, \"a b\""),
            f + "settings: 'work_mem=4MB' -> 'search_path=public, \"a b\"|work_mem=4MB'");
  EXPECT_EQ(altered("RESET ALL"),
            f + "settings: 'search_path=public, \"a b\"|work_mem=4MB' -> none");
  EXPECT_EQ(changed_by("REVOKE EXECUTE ON FUNCTION f(int) FROM PUBLIC"),
            f + "acl: none -> '<owner>=X'");
  EXPECT_EQ(changed_by("COMMENT ON FUNCTION f(int) IS 'c'"), f + "comment: none -> 'c'");
  const auto role = make_role("keeper");
  // Privileges are relative to the owner, so they stay.
  EXPECT_EQ(altered("OWNER TO " + role), f + "owner: none -> '" + role + "'");
}

TEST_F(RoutinesRead, bodies_languages_and_libraries) {
  exec("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'");
  EXPECT_EQ(
      changed_by("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS E'--\\n\\tSELECT 2'"),
      "function public.f() body: 'SELECT 1' -> '--|\tSELECT 2'");
  EXPECT_EQ(
      changed_by(
          "SET check_function_bodies = off; "
          "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE plpgsql AS E'--\\n\\tSELECT 2'"),
      "function public.f() language: 'sql' -> 'plpgsql'");
  exec(
      "CREATE FUNCTION c() RETURNS trigger LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler'");
  EXPECT_EQ(all_of({Kind::function, "public", "c", ""}),
            "result: 'trigger'\nlanguage: 'c'\nbody: 'plpgsql_call_handler'\n"
            "library: '$libdir/plpgsql'");
  exec("CREATE FUNCTION w() RETURNS int8 LANGUAGE internal WINDOW AS 'window_row_number'");
  EXPECT_EQ(all_of({Kind::function, "public", "w", ""}),
            "result: 'bigint'\nlanguage: 'internal'\nbody: 'window_row_number'\nwindow: 'yes'");
  EXPECT_EQ(
      changed_by("DROP FUNCTION c(); CREATE PROCEDURE p(INOUT a int) LANGUAGE sql AS 'SELECT 1'"),
      "dropped function public.c()\ncreated procedure public.p(integer)");
  EXPECT_EQ(all_of({Kind::procedure, "public", "p", "integer"}),
            "arguments: 'INOUT a integer'\nlanguage: 'sql'\nbody: 'SELECT 1'");
}

TEST_F(RoutinesRead, bodies_that_the_server_has_parsed) {
  if (major_version() < 14) {
    EXPECT_EQ(value("SELECT count(*) FROM pg_attribute WHERE attname = 'prosqlbody'"), "0");
    return;
  }
  exec("CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql RETURN a + 1");
  EXPECT_EQ(all_of({Kind::function, "public", "f", "integer"}),
            "arguments: 'a integer'\nresult: 'integer'\nlanguage: 'sql'\n"
            "sql_body: 'RETURN (a + 1)'");
  EXPECT_EQ(
      changed_by(
          "CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 2; END"),
      "function public.f(integer) sql_body: 'RETURN (a + 1)' -> 'BEGIN ATOMIC| SELECT 2;|END'");
}

TEST_F(RoutinesRead, aggregates_with_all_their_clauses) {
  exec("CREATE AGGREGATE plain(int) (SFUNC = int4pl, STYPE = int4)");
  EXPECT_EQ(all_of({Kind::aggregate, "public", "plain", "integer"}),
            "arguments: 'integer'\nclauses: 'SFUNC = int4pl|STYPE = integer'");
  exec(
      "CREATE AGGREGATE rich(a int) (SFUNC = int4_avg_accum, STYPE = int8[], SSPACE = 100, FINALFUNC = int8_avg, "
      "FINALFUNC_MODIFY = SHAREABLE, COMBINEFUNC = int4_avg_combine, INITCOND = '{0,0}', MSFUNC = int4_avg_accum, "
      "MINVFUNC = int4_avg_accum_inv, MSTYPE = int8[], MSSPACE = 200, MFINALFUNC = int8_avg, "
      "MFINALFUNC_MODIFY = READ_WRITE, MINITCOND = '{0,0}', PARALLEL = RESTRICTED)");
  EXPECT_EQ(
      all_of({Kind::aggregate, "public", "rich", "integer"}),
      "arguments: 'a integer'\nidentity_arguments: 'a integer'\n"
      "clauses: 'SFUNC = int4_avg_accum|STYPE = bigint[]|SSPACE = 100|FINALFUNC = int8_avg|"
      "FINALFUNC_MODIFY = SHAREABLE|COMBINEFUNC = int4_avg_combine|INITCOND = '{0,0}'|MSFUNC = int4_avg_accum|"
      "MINVFUNC = int4_avg_accum_inv|MSTYPE = bigint[]|MSSPACE = 200|MFINALFUNC = int8_avg|"
      "MFINALFUNC_MODIFY = READ_WRITE|MINITCOND = '{0,0}'|PARALLEL = RESTRICTED'");
  exec(
      "CREATE AGGREGATE summed(int8) (SFUNC = int8_avg_accum, STYPE = internal, FINALFUNC = numeric_poly_avg, "
      "COMBINEFUNC = int8_avg_combine, SERIALFUNC = int8_avg_serialize, DESERIALFUNC = int8_avg_deserialize); "
      "CREATE AGGREGATE least_of(int) (SFUNC = int4smaller, STYPE = int4, SORTOP = <); "
      "CREATE AGGREGATE rows(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0')");
  EXPECT_EQ(
      all_of({Kind::aggregate, "public", "summed", "bigint"}),
      "arguments: 'bigint'\nclauses: 'SFUNC = int8_avg_accum|STYPE = internal|"
      "FINALFUNC = numeric_poly_avg|COMBINEFUNC = int8_avg_combine|SERIALFUNC = int8_avg_serialize|"
      "DESERIALFUNC = int8_avg_deserialize'");
  EXPECT_EQ(all_of({Kind::aggregate, "public", "least_of", "integer"}),
            "arguments: 'integer'\nclauses: 'SFUNC = int4smaller|STYPE = integer|"
            "SORTOP = OPERATOR(pg_catalog.<)'");
  EXPECT_EQ(all_of({Kind::aggregate, "public", "rows", ""}),
            "identity_arguments: '*'\nclauses: 'SFUNC = int8inc|STYPE = bigint|INITCOND = '0''");
  EXPECT_EQ(
      changed_by(
          "COMMENT ON AGGREGATE rows(*) IS 'count'; REVOKE ALL ON FUNCTION rows() FROM PUBLIC"),
      "aggregate public.rows() acl: none -> '<owner>=X'\n"
      "aggregate public.rows() comment: none -> 'count'");
}

TEST_F(RoutinesRead, aggregates_over_ordered_sets) {
  exec(
      "CREATE AGGREGATE part_of(f float8 ORDER BY v anyelement) (SFUNC = ordered_set_transition, STYPE = internal, "
      "FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA); "
      "CREATE AGGREGATE place(VARIADIC \"any\" ORDER BY VARIADIC \"any\") (SFUNC = ordered_set_transition_multi, "
      "STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, FINALFUNC_MODIFY = READ_ONLY, HYPOTHETICAL)");
  EXPECT_EQ(
      all_of({Kind::aggregate, "public", "part_of", "double precision, anyelement"}),
      "arguments: 'f double precision ORDER BY v anyelement'\n"
      "identity_arguments: 'f double precision ORDER BY v anyelement'\n"
      "clauses: 'SFUNC = ordered_set_transition|STYPE = internal|FINALFUNC = percentile_disc_final|FINALFUNC_EXTRA'");
  EXPECT_EQ(
      all_of({Kind::aggregate, "public", "place", "\"any\""}),
      "arguments: 'VARIADIC \"any\" ORDER BY VARIADIC \"any\"'\n"
      "identity_arguments: 'VARIADIC \"any\" ORDER BY VARIADIC \"any\"'\n"
      "clauses: 'SFUNC = ordered_set_transition_multi|STYPE = internal|FINALFUNC = rank_final|FINALFUNC_EXTRA|"
      "FINALFUNC_MODIFY = READ_ONLY|HYPOTHETICAL'");
}

} // namespace
} // namespace slipway::inspect
