// Each property of each kind of type is seen when it alone changes.
#include "changed_by.hpp"

#include <gtest/gtest.h>

namespace slipway::inspect {
namespace {

using schema::Kind;
using TypesRead = ChangedByTest;

TEST_F(TypesRead, enums_with_their_labels_in_order) {
  EXPECT_EQ(changed_by("CREATE TYPE mood AS ENUM ('sad', 'it''s \"ok\"')"),
            "created enum public.mood");
  EXPECT_EQ(changed_by("ALTER TYPE mood ADD VALUE 'happy' BEFORE 'sad'"),
            "enum public.mood labels: 'sad|it's \"ok\"' -> 'happy|sad|it's \"ok\"'");
  EXPECT_EQ(changed_by("ALTER TYPE mood RENAME VALUE 'sad' TO 'a\\b'"),
            "enum public.mood labels: 'happy|sad|it's \"ok\"' -> 'happy|a\\\\b|it's \"ok\"'");
  EXPECT_EQ(changed_by("COMMENT ON TYPE mood IS 'how'"), "enum public.mood comment: none -> 'how'");
  EXPECT_EQ(changed_by("REVOKE USAGE ON TYPE mood FROM PUBLIC"),
            "enum public.mood acl: none -> '<owner>=U'");
  EXPECT_EQ(changed_by("REVOKE ALL ON TYPE mood FROM postgres"),
            "enum public.mood acl: '<owner>=U' -> ''");
  EXPECT_EQ(changed_by("GRANT USAGE ON TYPE mood TO PUBLIC, postgres"),
            "enum public.mood acl: '' -> none");
  const auto role = make_role("keeper");
  EXPECT_EQ(changed_by("ALTER TYPE mood OWNER TO " + role),
            "enum public.mood owner: none -> '" + role + "'");
}

TEST_F(TypesRead, domains_with_their_constraints) {
  EXPECT_EQ(changed_by("CREATE DOMAIN word AS varchar(20)"), "created domain public.word");
  EXPECT_EQ(all_of({Kind::domain, "public", "word", ""}), "base_type: 'character varying(20)'");
  EXPECT_EQ(changed_by("ALTER DOMAIN word SET NOT NULL"),
            "domain public.word not_null: none -> 'yes'");
  EXPECT_EQ(changed_by("ALTER DOMAIN word SET DEFAULT 'x'"),
            "domain public.word default: none -> ''x'::character varying'");
  EXPECT_EQ(changed_by("ALTER DOMAIN word ADD CONSTRAINT short CHECK (VALUE <> 'y') NOT VALID"),
            "created domain constraint public.word.short");
  EXPECT_EQ(all_of({Kind::domain_constraint, "public", "word", "short"}),
            "expression: '((VALUE)::text <> 'y'::text)'\nnot_valid: 'yes'");
  EXPECT_EQ(changed_by("ALTER DOMAIN word VALIDATE CONSTRAINT short"),
            "domain constraint public.word.short not_valid: 'yes' -> none");
  EXPECT_EQ(changed_by("COMMENT ON CONSTRAINT short ON DOMAIN word IS 'brief'"),
            "domain constraint public.word.short comment: none -> 'brief'");
  EXPECT_EQ(changed_by("COMMENT ON DOMAIN word IS 'w'"), "domain public.word comment: none -> 'w'");
  EXPECT_EQ(changed_by("REVOKE ALL ON DOMAIN word FROM PUBLIC"),
            "domain public.word acl: none -> '<owner>=U'");
  exec("CREATE DOMAIN sorted AS text COLLATE \"C\"");
  EXPECT_EQ(all_of({Kind::domain, "public", "sorted", ""}),
            "collation: '\"C\"'\nbase_type: 'text'");
}

TEST_F(TypesRead, the_name_and_comment_of_a_domains_not_null_where_they_are_kept) {
  exec("CREATE DOMAIN d AS int CONSTRAINT must NOT NULL");
  if (major_version() < 17) {
    EXPECT_EQ(all_of({Kind::domain, "public", "d", ""}), "not_null: 'yes'\nbase_type: 'integer'");
    return;
  }
  EXPECT_EQ(changed_by("COMMENT ON CONSTRAINT must ON DOMAIN d IS 'needed'"),
            "domain public.d not_null_comment: none -> 'needed'");
  EXPECT_EQ(changed_by("ALTER DOMAIN d RENAME CONSTRAINT must TO d_not_null"),
            "domain public.d not_null_name: 'must' -> none");
}

TEST_F(TypesRead, composite_types_but_not_the_row_types_of_relations) {
  EXPECT_EQ(changed_by("CREATE TYPE pair AS (a int, b text)"),
            "created composite type public.pair");
  EXPECT_EQ(changed_by("COMMENT ON TYPE pair IS 'two'"),
            "composite type public.pair comment: none -> 'two'");
  exec("CREATE TABLE t (a int); CREATE VIEW v AS SELECT 1 AS a; CREATE SEQUENCE s");
  const auto schema = read();
  EXPECT_EQ(schema.objects(Kind::composite_type).size(), 1U);
  EXPECT_TRUE(schema.objects(Kind::base_type).empty());
}

TEST_F(TypesRead, range_types) {
  EXPECT_EQ(changed_by("CREATE TYPE span AS RANGE (subtype = float8)"),
            "created range type public.span");
  EXPECT_EQ(all_of({Kind::range_type, "public", "span", ""}), "subtype: 'double precision'");
  exec("CREATE TYPE full_range AS RANGE (subtype = text, subtype_opclass = text_pattern_ops, "
       "collation = \"C\")");
  EXPECT_EQ(all_of({Kind::range_type, "public", "full_range", ""}),
            "collation: '\"C\"'\nsubtype: 'text'\n"
            "subtype_operator_class: 'pg_catalog.text_pattern_ops'");
  exec(
      "CREATE TYPE ticks; "
      "CREATE FUNCTION whole(ticks) RETURNS ticks LANGUAGE internal IMMUTABLE STRICT AS 'int8range_canonical'; "
      "CREATE TYPE ticks AS RANGE (subtype = int8, canonical = whole, subtype_diff = int8range_subdiff)");
  EXPECT_EQ(all_of({Kind::range_type, "public", "ticks", ""}),
            "subtype: 'bigint'\ncanonical_function: 'public.whole'\n"
            "subtype_difference: 'int8range_subdiff'");
  EXPECT_TRUE(read().objects(Kind::aggregate).empty());
  EXPECT_EQ(read().objects(Kind::function).size(), 1U) << "a range's constructors are its own";
}

TEST_F(TypesRead, multiranges_with_names_of_their_own) {
  if (major_version() < 14) {
    EXPECT_EQ(value("SELECT count(*) FROM pg_type WHERE typtype = 'm'"), "0");
    return;
  }
  exec("CREATE SCHEMA other; "
       "CREATE TYPE one AS RANGE (subtype = int4, multirange_type_name = many); "
       "CREATE TYPE two AS RANGE (subtype = int4, multirange_type_name = other.two_multirange); "
       "CREATE TYPE rangesofrange AS RANGE (subtype = int4)");
  EXPECT_EQ(all_of({Kind::range_type, "public", "one", ""}),
            "subtype: 'integer'\nmultirange: 'public.many'");
  EXPECT_EQ(all_of({Kind::range_type, "public", "two", ""}),
            "subtype: 'integer'\nmultirange: 'other.two_multirange'");
  EXPECT_EQ(all_of({Kind::range_type, "public", "rangesofrange", ""}), "subtype: 'integer'");
}

TEST_F(TypesRead, base_types_and_shells) {
  EXPECT_EQ(changed_by("CREATE TYPE raw"), "created base type public.raw");
  EXPECT_EQ(all_of({Kind::base_type, "public", "raw", ""}), "");
  exec(
      "CREATE FUNCTION raw_in(cstring) RETURNS raw LANGUAGE internal IMMUTABLE STRICT AS 'textin'; "
      "CREATE FUNCTION raw_out(raw) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout'");
  EXPECT_EQ(
      changed_by("CREATE TYPE raw (INPUT = raw_in, OUTPUT = raw_out)"),
      "base type public.raw clauses: none -> 'INPUT = public.raw_in|OUTPUT = public.raw_out'");
  exec(
      "CREATE TYPE rich; "
      "CREATE FUNCTION rich_in(cstring, oid, int) RETURNS rich LANGUAGE internal IMMUTABLE STRICT AS 'array_in'; "
      "CREATE FUNCTION rich_out(rich) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'array_out'; "
      "CREATE FUNCTION rich_recv(internal, oid, int) RETURNS rich LANGUAGE internal IMMUTABLE STRICT AS 'array_recv'; "
      "CREATE FUNCTION rich_send(rich) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT AS 'array_send'; "
      "CREATE TYPE rich (INPUT = rich_in, OUTPUT = rich_out, RECEIVE = rich_recv, SEND = rich_send, "
      "TYPMOD_IN = varchartypmodin, TYPMOD_OUT = varchartypmodout, ANALYZE = array_typanalyze, "
      "ALIGNMENT = double, STORAGE = extended, CATEGORY = 'x', PREFERRED = true, DEFAULT = 'a''b', "
      "ELEMENT = int4, DELIMITER = ';', COLLATABLE = true" +
      std::string(major_version() >= 14 ? ", SUBSCRIPT = jsonb_subscript_handler)" : ")"));
  EXPECT_EQ(
      all_of({Kind::base_type, "public", "rich", ""}),
      "clauses: 'INPUT = public.rich_in|OUTPUT = public.rich_out|RECEIVE = public.rich_recv|"
      "SEND = public.rich_send|TYPMOD_IN = varchartypmodin|TYPMOD_OUT = varchartypmodout|"
      "ANALYZE = array_typanalyze|" +
          std::string(major_version() >= 14 ? "SUBSCRIPT = jsonb_subscript_handler|" : "") +
          "ALIGNMENT = double|STORAGE = extended|CATEGORY = 'x'|PREFERRED = true|DEFAULT = 'a''b'|"
          "ELEMENT = integer|DELIMITER = ';'|COLLATABLE = true'");
  exec(
      "CREATE TYPE small; "
      "CREATE FUNCTION small_in(cstring) RETURNS small LANGUAGE internal IMMUTABLE STRICT AS 'int2in'; "
      "CREATE FUNCTION small_out(small) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int2out'; "
      "CREATE TYPE small (INPUT = small_in, OUTPUT = small_out, LIKE = int2)");
  EXPECT_EQ(all_of({Kind::base_type, "public", "small", ""}),
            "clauses: 'INPUT = public.small_in|OUTPUT = public.small_out|INTERNALLENGTH = 2|"
            "PASSEDBYVALUE|ALIGNMENT = int2'");
}

} // namespace
} // namespace slipway::inspect
