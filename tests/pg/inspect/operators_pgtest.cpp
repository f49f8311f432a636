// Each property of operators, operator classes and families is seen when it alone changes.
#include "changed_by.hpp"

#include <gtest/gtest.h>

namespace slipway::inspect {
namespace {

using schema::Kind;
using OperatorsRead = ChangedByTest;

TEST_F(OperatorsRead, operators_by_their_operands) {
  EXPECT_EQ(changed_by("CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = int4, RIGHTARG = int4)"),
            "created operator public.===(integer, integer)");
  EXPECT_EQ(changed_by("CREATE OPERATOR !! (FUNCTION = int4um, RIGHTARG = int4)"),
            "created operator public.!!(NONE, integer)");
  EXPECT_EQ(all_of({Kind::operator_, "public", "!!", "NONE, integer"}),
            "clauses: 'FUNCTION = int4um|RIGHTARG = integer'");
  EXPECT_EQ(
      changed_by("ALTER OPERATOR === (int4, int4) SET (RESTRICT = eqsel)"),
      "operator public.===(integer, integer) clauses: 'FUNCTION = int4eq|LEFTARG = integer|RIGHTARG = integer' -> "
      "'FUNCTION = int4eq|LEFTARG = integer|RIGHTARG = integer|RESTRICT = eqsel'");
  EXPECT_EQ(changed_by("COMMENT ON OPERATOR !! (NONE, int4) IS 'minus'"),
            "operator public.!!(NONE, integer) comment: none -> 'minus'");
  const auto role = make_role("keeper");
  EXPECT_EQ(changed_by("ALTER OPERATOR !! (NONE, int4) OWNER TO " + role),
            "operator public.!!(NONE, integer) owner: none -> '" + role + "'");
}

// The commutator and the negator are there by name only, until somebody makes them.
TEST_F(OperatorsRead, operators_with_all_their_clauses) {
  EXPECT_EQ(
      changed_by("CREATE OPERATOR <=== (FUNCTION = int4le, LEFTARG = int4, RIGHTARG = int4, "
                 "COMMUTATOR = >===, NEGATOR = OPERATOR(pg_catalog.>>>>), RESTRICT = scalarlesel, "
                 "JOIN = scalarlejoinsel)"),
      "created operator public.<===(integer, integer)");
  EXPECT_EQ(
      all_of({Kind::operator_, "public", "<===", "integer, integer"}),
      "clauses: 'FUNCTION = int4le|LEFTARG = integer|RIGHTARG = integer|"
      "COMMUTATOR = OPERATOR(public.>===)|NEGATOR = OPERATOR(pg_catalog.>>>>)|RESTRICT = scalarlesel|"
      "JOIN = scalarlejoinsel'");
  exec(
      "CREATE OPERATOR == (FUNCTION = int4eq, LEFTARG = int4, RIGHTARG = int4, COMMUTATOR = ==, HASHES, MERGES)");
  EXPECT_EQ(all_of({Kind::operator_, "public", "==", "integer, integer"}),
            "clauses: 'FUNCTION = int4eq|LEFTARG = integer|RIGHTARG = integer|"
            "COMMUTATOR = OPERATOR(public.==)|HASHES|MERGES'");
}

TEST_F(OperatorsRead, classes_with_their_members) {
  EXPECT_EQ(changed_by("CREATE OPERATOR CLASS backwards FOR TYPE int4 USING btree AS "
                       "OPERATOR 1 >, OPERATOR 3 =, FUNCTION 1 btint4cmp(int4, int4)"),
            "created operator family public.backwards using btree\n"
            "created operator class public.backwards using btree");
  EXPECT_EQ(
      all_of({Kind::operator_class, "public", "backwards", "btree"}),
      "type: 'integer'\nclauses: 'FAMILY public.backwards'\n"
      "members: 'FUNCTION 1 (integer, integer) btint4cmp(integer,integer)|OPERATOR 1 >(integer,integer)|"
      "OPERATOR 3 =(integer,integer)'");
  EXPECT_EQ(all_of({Kind::operator_family, "public", "backwards", "btree"}), "");
  exec(
      "CREATE TYPE own AS ENUM (); "
      "CREATE OPERATOR CLASS kept FOR TYPE box USING gist FAMILY pg_catalog.box_ops AS STORAGE box; "
      "CREATE OPERATOR CLASS first DEFAULT FOR TYPE own USING hash AS FUNCTION 1 (own) hashenum(anyenum)");
  EXPECT_EQ(all_of({Kind::operator_class, "public", "kept", "gist"}),
            "type: 'box'\nclauses: 'FAMILY pg_catalog.box_ops'");
  EXPECT_EQ(
      all_of({Kind::operator_class, "public", "first", "hash"}),
      "type: 'public.own'\nclauses: 'FAMILY public.first'\n"
      "members: 'FUNCTION 1 (public.own, public.own) hashenum(anyenum)'\ndefault_object: 'yes'");
  exec("CREATE OPERATOR CLASS stored FOR TYPE text USING gin AS STORAGE int4");
  EXPECT_EQ(all_of({Kind::operator_class, "public", "stored", "gin"}),
            "type: 'text'\nclauses: 'FAMILY public.stored|STORAGE integer'");
  EXPECT_EQ(changed_by("COMMENT ON OPERATOR CLASS stored USING gin IS 'c'; "
                       "COMMENT ON OPERATOR FAMILY stored USING gin IS 'f'"),
            "operator family public.stored using gin comment: none -> 'f'\n"
            "operator class public.stored using gin comment: none -> 'c'");
}

TEST_F(OperatorsRead, members_of_a_family_alone) {
  EXPECT_EQ(changed_by("CREATE OPERATOR FAMILY mixed USING btree"),
            "created operator family public.mixed using btree");
  EXPECT_EQ(
      changed_by("ALTER OPERATOR FAMILY mixed USING btree ADD OPERATOR 1 < (int4, int8), "
                 "FUNCTION 1 (int4, int8) btint48cmp(int4, int8)"),
      "operator family public.mixed using btree members: none -> "
      "'FUNCTION 1 (integer, bigint) btint48cmp(integer,bigint)|OPERATOR 1 <(integer,bigint)'");
  exec("CREATE OPERATOR FAMILY near USING gist");
  EXPECT_EQ(
      changed_by(
          "ALTER OPERATOR FAMILY near USING gist ADD OPERATOR 15 <-> (box, point) FOR ORDER BY float_ops"),
      "operator family public.near using gist members: none -> "
      "'OPERATOR 15 <->(box,point) FOR ORDER BY pg_catalog.float_ops'");
  const auto role = make_role("keeper");
  EXPECT_EQ(changed_by("ALTER OPERATOR FAMILY near USING gist OWNER TO " + role),
            "operator family public.near using gist owner: none -> '" + role + "'");
}

} // namespace
} // namespace slipway::inspect
