#include "plan_test.hpp"

namespace slipway::test {

namespace {

class OperatorRules : public PlanTest {};

const std::string k_functions = R"(
CREATE FUNCTION pt_eq(point, point) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1[0] = $2[0]';
CREATE FUNCTION pt_ne(point, point) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1[0] <> $2[0]';
CREATE FUNCTION pt_neg(point) RETURNS point LANGUAGE sql IMMUTABLE AS 'SELECT $1';)";

TEST_F(OperatorRules, ComeAndGoWithTheirPartners) {
  expect_both_ways(k_functions, k_functions + R"(
CREATE OPERATOR === (LEFTARG = point, RIGHTARG = point, FUNCTION = pt_eq, COMMUTATOR = ===, NEGATOR = !===,
  RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR !=== (LEFTARG = point, RIGHTARG = point, FUNCTION = pt_ne, COMMUTATOR = !===, NEGATOR = ===);
CREATE OPERATOR ~~~ (RIGHTARG = point, FUNCTION = pt_neg);
COMMENT ON OPERATOR === (point, point) IS 'x'; COMMENT ON OPERATOR ~~~ (NONE, point) IS 'y';
CREATE VIEW v AS SELECT point(1, 2) OPERATOR(public.===) point(1, 3) AS x;)");
}

TEST_F(OperatorRules, APartnerComesAndGoes) {
  const std::string alone =
      "CREATE OPERATOR === (LEFTARG = point, RIGHTARG = point, FUNCTION = pt_eq);";
  const std::string both =
      "CREATE OPERATOR === (LEFTARG = point, RIGHTARG = point, FUNCTION = pt_eq, NEGATOR = !===);"
      "CREATE OPERATOR !=== (LEFTARG = point, RIGHTARG = point, FUNCTION = pt_ne, NEGATOR = ===);";
  expect_both_ways(k_functions + alone, k_functions + both);
}

TEST_F(OperatorRules, EstimatorsAreSetAndOtherChangesMakeItAnew) {
  const std::string plain =
      "CREATE OPERATOR === (LEFTARG = point, RIGHTARG = point, FUNCTION = pt_eq);";
  const std::string view =
      "CREATE VIEW v AS SELECT point(1, 2) OPERATOR(public.===) point(1, 3) AS x;";
  expect_both_ways(k_functions + plain + view,
                   k_functions +
                       "CREATE OPERATOR === (LEFTARG = point, RIGHTARG = point, FUNCTION = pt_eq, "
                       "RESTRICT = eqsel, JOIN = eqjoinsel);" +
                       view);
  expect_both_ways(k_functions + plain + view,
                   k_functions +
                       "CREATE OPERATOR === (LEFTARG = point, RIGHTARG = point, FUNCTION = pt_ne, "
                       "COMMUTATOR = ===, HASHES);" +
                       view);
}

const std::string k_compare =
    "CREATE FUNCTION my_cmp(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';"
    "CREATE FUNCTION my_cmp(int, bigint) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT ($1 - $2)::int';";
const std::string k_class =
    "CREATE OPERATOR CLASS my_ops FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =,"
    " OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 my_cmp(int, int);";

TEST_F(OperatorRules, ClassesAndFamilies) {
  expect_both_ways(k_compare, k_compare + k_class +
                                  "COMMENT ON OPERATOR CLASS my_ops USING btree IS 'x';"
                                  "CREATE OPERATOR FAMILY lone USING hash;"
                                  "COMMENT ON OPERATOR FAMILY lone USING hash IS 'y';");
  expect_both_ways(k_compare + k_class,
                   k_compare + k_class +
                       "ALTER OPERATOR FAMILY my_ops USING btree ADD OPERATOR 1 < (int, bigint),"
                       " FUNCTION 1 (int, bigint) my_cmp(int, bigint);");
  expect_both_ways(
      k_compare + k_class,
      k_compare +
          "CREATE OPERATOR FAMILY fam USING btree;"
          "CREATE OPERATOR CLASS my_ops FOR TYPE int USING btree FAMILY fam AS OPERATOR 1 <,"
          " OPERATOR 3 =, FUNCTION 1 my_cmp(int, int);");
}

// The type's input function can only be made again when the old type is gone, which a member of the
// family needs; and the new member needs the new type.
TEST_F(OperatorRules, AFamilyLetsGoOfATypeBeforeItGetsAnother) {
  const std::string from =
      "CREATE SCHEMA a; CREATE SCHEMA b; CREATE TYPE a.t;"
      "CREATE FUNCTION t_in(cstring) RETURNS a.t LANGUAGE internal IMMUTABLE STRICT AS 'textin';"
      "CREATE FUNCTION t_out(a.t) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';"
      "CREATE TYPE a.t (INPUT = t_in, OUTPUT = t_out, LIKE = text);"
      "CREATE FUNCTION t_lt(a.t, a.t) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'text_lt';"
      "CREATE OPERATOR <<< (LEFTARG = a.t, RIGHTARG = a.t, FUNCTION = t_lt);"
      "CREATE OPERATOR FAMILY fam USING btree;"
      "ALTER OPERATOR FAMILY fam USING btree ADD OPERATOR 1 <<< (a.t, a.t);";
  const std::string to = from + "ALTER TYPE a.t SET SCHEMA b;";
  const auto expect_arrives = [&](const std::string& start, const std::string& end,
                                  const std::string& schema) {
    diff::Options options;
    options.not_renamed = {{schema::Kind::base_type, schema, "t", {}}};
    const auto planned = run(start, end, {}, options);
    EXPECT_EQ(planned.error, "") << planned.sql();
    EXPECT_TRUE(planned.left.empty()) << planned.left.front() << planned.sql();
    EXPECT_EQ(planned.rounds, 1);
    EXPECT_TRUE(planned.plan.refusals.empty());
  };
  expect_arrives(from, to, "a");
  expect_arrives(to, from, "b");
}

TEST_F(OperatorRules, AClassThatKeepsAnotherType) {
  expect_both_ways(
      "",
      "CREATE OPERATOR CLASS tags FOR TYPE text[] USING gin AS OPERATOR 1 &&(anyarray, anyarray),"
      " FUNCTION 1 bttextcmp(text, text), FUNCTION 2 ginarrayextract(anyarray, internal),"
      " FUNCTION 3 ginqueryarrayextract(anyarray, internal, smallint, internal, internal, internal, internal),"
      " FUNCTION 4 ginarrayconsistent(internal, smallint, anyarray, integer, internal, internal, internal, internal),"
      " STORAGE text;");
}

TEST_F(OperatorRules, AnIndexFollowsItsClass) {
  expect_both_ways(k_compare + k_class + "CREATE TABLE t (a int); CREATE INDEX i ON t (a my_ops);",
                   k_compare +
                       "CREATE OPERATOR CLASS my_ops FOR TYPE int USING btree AS OPERATOR 1 <,"
                       " OPERATOR 3 =, FUNCTION 1 my_cmp(int, int);"
                       "CREATE TABLE t (a int); CREATE INDEX i ON t (a my_ops);");
}

TEST_F(OperatorRules, AnotherDefaultClassComesWhenTheOneBeforeIsGone) {
  const std::string type = "CREATE TYPE mood AS ENUM ('a');";
  const std::string members =
      " DEFAULT FOR TYPE mood USING btree AS FUNCTION 1 enum_cmp(anyenum, anyenum)";
  diff::Options options;
  for (const char* const name : {"x", "y"})
    for (const auto kind : {schema::Kind::operator_class, schema::Kind::operator_family})
      options.not_renamed.push_back({kind, "public", name, "btree"});
  for (const auto& [from, to] : {std::pair{"x", "y"}, std::pair{"y", "x"}}) {
    const auto planned = run(type + "CREATE OPERATOR CLASS " + from + members,
                             type + "CREATE OPERATOR CLASS " + to + members, {}, options);
    EXPECT_EQ(planned.error, "") << planned.sql();
    EXPECT_EQ(planned.left, std::vector<std::string>());
  }
}

TEST_F(OperatorRules, Casts) {
  const std::string base =
      "CREATE TYPE pair AS (a int, b int);"
      "CREATE FUNCTION pair_t(pair) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1.a::text';";
  expect_both_ways(
      base, base +
                "CREATE CAST (pair AS text) WITH FUNCTION pair_t(pair) AS ASSIGNMENT;"
                "CREATE CAST (pair AS varchar) WITH INOUT; COMMENT ON CAST (pair AS text) IS 'x';"
                "CREATE DOMAIN d AS text;");
  expect_both_ways(
      base +
          "CREATE CAST (pair AS text) WITH FUNCTION pair_t(pair); COMMENT ON CAST (pair AS text) IS 'x';",
      base +
          "CREATE CAST (pair AS text) WITH FUNCTION pair_t(pair) AS IMPLICIT; COMMENT ON CAST (pair AS text) IS 'x';");
}

TEST_F(OperatorRules, Transforms) {
  const std::string base =
      "CREATE FUNCTION from_it(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'numeric_accum';"
      "CREATE FUNCTION to_it(internal) RETURNS int LANGUAGE internal IMMUTABLE AS 'int4in';";
  expect_both_ways(
      base,
      base + "CREATE TRANSFORM FOR int LANGUAGE plpgsql (FROM SQL WITH FUNCTION from_it(internal));"
             "COMMENT ON TRANSFORM FOR int LANGUAGE plpgsql IS 'x';");
  expect_both_ways(
      base +
          "CREATE TRANSFORM FOR int LANGUAGE plpgsql (FROM SQL WITH FUNCTION from_it(internal));",
      base + "CREATE TRANSFORM FOR int LANGUAGE plpgsql (FROM SQL WITH FUNCTION from_it(internal),"
             " TO SQL WITH FUNCTION to_it(internal));");
}

} // namespace

} // namespace slipway::test
