#include "slipway/report/schema_report.hpp"

#include <gtest/gtest.h>

namespace slipway::report {
namespace {

using schema::Kind;
using schema::Property;

schema::Schema small_schema() {
  schema::SchemaBuilder builder;
  builder.add(Kind::extension, "", "pg_trgm");
  const auto users = builder.add(Kind::table, "public", "users");
  builder.set(users, Property::comment, "long");
  const auto name = builder.add_part(users, Kind::column, "a_name");
  builder.set(name, Property::type, "text");
  builder.set(name, Property::position, "2");
  const auto id = builder.add_part(users, Kind::column, "id");
  builder.set(id, Property::type, "bigint");
  builder.set(id, Property::position, "1");
  builder.set_flag(id, Property::not_null);
  const auto key = builder.add_part(users, Kind::constraint, "users_pkey");
  builder.set(key, Property::constraint_type, "primary key");
  builder.set_list(key, Property::columns, {"id"});
  builder.set(builder.add(Kind::function, "public", "f", "integer"), Property::body, "SELECT\n1");
  return builder.finish({150020, "app", "UTF8", "C", {"slipway"}});
}

TEST(SchemaTree, ShowsColumnsInTheirOrderAndWhatIsNotUsual) {
  EXPECT_EQ(schema_tree(small_schema(), "postgres://db/app"), R"(postgres://db/app, PostgreSQL 15

database
  extension pg_trgm

schema public
  function f(integer)
  table users
    column id  bigint; not_null
    column a_name  text
    constraint users_pkey  columns id; primary key

left out: slipway
)");
}

TEST(SchemaTree, SaysWhenThereIsNothing) {
  EXPECT_EQ(schema_tree(schema::Schema(), "x"), "x, PostgreSQL 0\n\nThere is nothing in it.\n");
}

TEST(FingerprintText, IsOneLineAndOneForEachObject) {
  const auto fingerprint = schema::fingerprint(small_schema());
  EXPECT_EQ(fingerprint_text(fingerprint, false), fingerprint.text() + "\n");
  const auto all = fingerprint_text(fingerprint, true);
  EXPECT_NE(all.find("  table public.users\n"), std::string::npos) << all;
}

// What changes from day to day or from one machine to the other has no place in it.
TEST(SchemaScript, HoldsTheStatementsAndWhatIsMissing) {
  diff::Plan plan;
  plan.statements.push_back({.sql = "CREATE TABLE t ()", .kind = "create table", .object = "t"});
  plan.statements.push_back({.sql = "CREATE VIEW v", .kind = "create view", .object = "v"});
  plan.refusals.push_back({"cast x", "because\nof that"});
  EXPECT_EQ(schema_script(small_schema().origin(), plan),
            "-- The schema as `slipway snapshot` wrote it, for an empty database. Format 1, "
            "PostgreSQL 15.\n\n-- Not included: cast x: because of that\n\n"
            "CREATE TABLE t ();\n\nCREATE VIEW v;\n\n");
}

TEST(DifferenceLines, ShortenLongValuesBetweenCharacters) {
  std::string text(99, 'a');
  text += "\xc3\xa4\xc3\xa4";
  const auto lines = difference_lines({{Kind::view, "public", "v", ""},
                                       schema::Change::changed,
                                       {{Property::query, text, "b\nc"}}});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0], "view public.v: query: " + std::string(99, 'a') + " ... -> b c");
}

} // namespace
} // namespace slipway::report
