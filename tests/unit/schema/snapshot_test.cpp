#include "slipway/schema/difference.hpp"
#include "slipway/schema/fingerprint.hpp"
#include "slipway/schema/snapshot.hpp"

#include <gtest/gtest.h>

namespace slipway::schema {
namespace {

Origin some_origin() {
  return {150020, "app", "UTF8", "libc C.UTF-8 C.UTF-8", {"auth"}};
}

Schema small_schema() {
  SchemaBuilder builder;
  const auto function = builder.add(Kind::function, "public", "f", "integer, text");
  builder.set(function, Property::body, "BEGIN\n  RETURN 'ä\\';\nEND");
  builder.set(function, Property::cost, "0.0025");
  const auto table = builder.add(Kind::table, "public", "orders");
  builder.set(table, Property::owner, "ops");
  builder.set_list(table, Property::acl, {"b=r/app", "ops=arw/ops"});
  builder.set_flag(table, Property::row_security);
  const auto column = builder.add_part(table, Kind::column, "id");
  builder.set(column, Property::type, "bigint");
  builder.set(column, Property::position, "1");
  builder.depends(column, function);
  builder.dependencies_read();
  return builder.finish(some_origin());
}

constexpr std::string_view k_small = R"x({"format":"slipway schema","version":1,
"server_version":150020,
"owner":"app",
"encoding":"UTF8",
"locale":"libc C.UTF-8 C.UTF-8",
"left_out":["auth"],
"dependencies":true,
"objects":[
{"kind":"function","schema":"public","name":"f","part":"integer, text","properties":{"cost":0.0025,"body":"BEGIN\n  RETURN 'ä\\';\nEND"}},
{"kind":"table","schema":"public","name":"orders","properties":{"owner":"ops","acl":["<owner>=arw","b=r by app"],"row_security":true}},
{"kind":"column","schema":"public","name":"orders","part":"id","properties":{"type":"bigint","position":1},"needs":["function public.f(integer, text)"]}
]}
)x";

std::string head(const std::string& objects, bool dependencies = false) {
  return R"({"format":"slipway schema","version":1,"dependencies":)" +
         std::string(dependencies ? "true" : "false") + ",\n\"objects\":[" + objects + "]}";
}

Error refused(const std::string& text) {
  const auto read = from_json(text, "schema.json");
  if (read) return {ErrorCode::internal, "it was taken"};
  return read.error();
}

TEST(Snapshot, IsOneObjectALine) {
  EXPECT_EQ(to_json(small_schema()), k_small);
}

TEST(Snapshot, IsReadBackWithItsOriginAndDependencies) {
  const auto read = from_json(k_small);
  ASSERT_TRUE(read) << read.error().message;
  const auto original = small_schema();
  EXPECT_TRUE(compare(original, *read).empty());
  EXPECT_EQ(fingerprint(original).text(), fingerprint(*read).text());
  EXPECT_EQ(read->origin().encoding, "UTF8");
  EXPECT_EQ(read->origin().left_out, std::vector<std::string>{"auth"});
  EXPECT_TRUE(read->has_dependencies());
  EXPECT_EQ(read->dependencies(), original.dependencies());
}

TEST(Snapshot, WithoutDependenciesSaysSo) {
  SchemaBuilder builder;
  builder.add(Kind::schema, "", "public");
  const auto read = from_json(to_json(builder.finish(some_origin())));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_FALSE(read->has_dependencies());
}

TEST(Snapshot, AnEmptySchemaComesBack) {
  const auto read = from_json(to_json(Schema()));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->size(), 0U);
}

// A second table adds its lines and changes no other, in spite of dependencies.
TEST(Snapshot, ANewObjectIsANewLine) {
  const auto with = [](bool one_more) {
    SchemaBuilder builder;
    const auto b = builder.add(Kind::table, "public", "b");
    builder.depends(builder.add(Kind::view, "public", "v"), b);
    if (one_more) builder.add(Kind::table, "public", "a");
    builder.dependencies_read();
    return to_json(builder.finish(some_origin()));
  };
  auto more = with(true);
  const std::string line = "{\"kind\":\"table\",\"schema\":\"public\",\"name\":\"a\"},\n";
  const auto at = more.find(line);
  ASSERT_NE(at, std::string::npos);
  more.erase(at, line.size());
  EXPECT_EQ(more, with(false));
}

TEST(Snapshot, BytesThatAreNoUtf8ComeBackAsTheyWere) {
  SchemaBuilder builder;
  const std::string latin = "caf\xe9 \xed\xb2\x80 \xf0\x9f\x98\x80 \xf0\x9f";
  builder.set(builder.add(Kind::table, "public", latin), Property::comment, latin);
  const auto json = to_json(builder.finish(some_origin()));
  const auto read = from_json(json);
  ASSERT_TRUE(read) << read.error().message << json;
  EXPECT_EQ(read->at(0).name(), latin);
  EXPECT_EQ(read->at(0).text(Property::comment), latin);
}

// A value that does not look as its shape wants is kept as text, not tidied up.
TEST(Snapshot, OddValuesComeBackAsTheyWere) {
  const std::vector<std::pair<Property, std::string>> odd = {
      {Property::row_security, "no"},
      {Property::cost, "007"},
      {Property::cost, "Infinity"},
      {Property::cost, "-"},
      {Property::cost, "1e5"},
      {Property::cost, "1."},
      {Property::tags, "b\na"},
      {Property::tags, "a\\"},
      {Property::labels, ""},
      {Property::labels, "\\x"},
      {Property::labels, "\n"},
      {Property::comment, ""},
      {Property::maximum, "-9223372036854775808"}};
  for (const auto& [property, text] : odd) {
    SchemaBuilder builder;
    builder.set(builder.add(Kind::table, "public", "t"), property, text);
    const auto json = to_json(builder.finish(some_origin()));
    const auto read = from_json(json);
    ASSERT_TRUE(read) << json;
    EXPECT_EQ(read->at(0).get(property), text) << json;
  }
}

// No server has a table and a view of one name; a value may.
TEST(Snapshot, APathThatMeansTwoObjectsIsWrittenAsTheirPlace) {
  SchemaBuilder builder;
  builder.add_part(builder.add(Kind::table, "public", "x"), Kind::column, "a");
  const auto a = builder.add_part(builder.add(Kind::view, "public", "x"), Kind::column, "a");
  builder.depends(builder.add(Kind::function, "public", "f"), a);
  builder.dependencies_read();
  const auto original = builder.finish(some_origin());
  const auto read = from_json(to_json(original));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->dependencies(), original.dependencies());
}

TEST(Snapshot, RefusesWithThePlace) {
  const auto error = refused(head("\n{\"kind\":\"tabel\"}"));
  EXPECT_EQ(error.code, ErrorCode::source);
  EXPECT_EQ(error.message, "there is no kind of object called \"tabel\"");
  EXPECT_EQ(error.hint, "did you mean \"table\"?");
  ASSERT_TRUE(error.place);
  EXPECT_EQ(error.place->file, "schema.json");
  EXPECT_EQ(error.place->line, 3U);
  EXPECT_EQ(error.place->column, 9U);
  EXPECT_EQ(error.place->source_line, R"({"kind":"tabel"}]})");
}

TEST(Snapshot, RefusesWhatIsNone) {
  const std::string table = R"({"kind":"table","schema":"public","name":"t"})";
  const std::string column = R"({"kind":"column","schema":"public","name":"t","part":"a"})";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "expected an object"},
      {"[]", "expected an object"},
      {"{}", "the snapshot has no \"objects\""},
      {R"({"version":1})", "a snapshot begins with \"format\""},
      {R"({"format":"x"})", "this is no snapshot of a schema: its format is \"x\""},
      {R"({"format":"slipway schema","objects":[]})", "\"version\" comes after \"format\""},
      {R"({"format":"slipway schema","version":2})", "version 2 of the format is not known"},
      {R"({"format":"slipway schema","version":1e0})", "expected a whole number"},
      {R"({"format":"slipway schema","version":1,"server_version":99999999999})",
       "expected a whole number"},
      {R"({"format":"slipway schema","version":1,"dependencies":1})", "expected true or false"},
      {R"({"format":"slipway schema","version":1,"more":1})", "a snapshot has no member \"more\""},
      {head(table) + "x", "nothing may follow the end of the snapshot"},
      {head(table + "," + table), "this object is listed twice"},
      {head(table + "," + column + "," + column), "this object is listed twice"},
      {head(column), "a part stands behind the object that it is a part of"},
      {head(R"({"name":"t"})"), "the object has no \"kind\""},
      {head(R"({"kind":"table","kind":"table"})"), "\"kind\" is said twice"},
      {head(R"({"kind":"table","oid":1})"), "an object has no member \"oid\""},
      {head(R"({"kind":"table","properties":{"ownr":"a"}})"),
       "there is no property called \"ownr\""},
      {head(R"({"kind":"table","properties":{"owner":["a"]}})"), "that is no value for \"owner\""},
      {head(R"({"kind":"table","properties":{"owner":true}})"), "that is no value for \"owner\""},
      {head(R"({"kind":"table","properties":{"row_security":false}})"),
       "that is no value for \"row_security\""},
      {head(R"({"kind":"table","properties":{"acl":[]}})"), "an empty list is left out"},
      {head(R"({"kind":"table","properties":{"acl":["a" "b"]}})"),
       "expected \",\" or the end of the list"},
      {head(R"({"kind":"function","properties":{"cost":01}})"), "expected a number"},
      {head(R"({"kind":"table","name":"\x"})"), "there is no such escape in a JSON string"},
      {head(R"({"kind":"table","name":"\ud800"})"), "half a surrogate pair"},
      {head(R"({"kind":"table","name":"\ud800\u0041"})"), "half a surrogate pair"},
      {head(R"({"kind":"table","name":"\u12)"), "\\u wants four hexadecimal digits"},
      {head("{\"kind\":\"table\",\"name\":\"a\nb\"}"),
       "a control character stands unescaped in a string"},
      {R"({"format":"slipway sch)", "the string does not end"},
      {R"({"format":"slipway sch\)", "there is no such escape in a JSON string"},
      {head(R"({"kind":"table","needs":[]})"),
       "\"needs\" stands in a snapshot with dependencies only"},
      {head(R"({"kind":"table","name":"t","needs":["table x"]})", true),
       "there is no such object in the snapshot"},
      {head(R"({"kind":"table","name":"t","needs":[""]})", true),
       "there is no such object in the snapshot"},
      {head(R"({"kind":"table","name":"t","needs":[1]})", true),
       "there is no such object in the snapshot"},
  };
  for (const auto& [text, message] : cases) {
    const auto error = refused(text);
    EXPECT_EQ(error.code, ErrorCode::source) << text;
    EXPECT_EQ(error.message, message) << text;
    EXPECT_TRUE(error.place) << text;
  }
}

} // namespace
} // namespace slipway::schema
