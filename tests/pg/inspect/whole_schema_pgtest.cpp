// What the reading of a whole schema must not depend on: numbers in the catalogs, settings, who
// reads.
#include "inspect_test.hpp"
#include "rich_schema.hpp"

#include "slipway/os/process.hpp"

#include <array>
#include <filesystem>

namespace slipway::inspect {
namespace {

using schema::Property;

class WholeSchemaTest : public InspectTest {
protected:
  void SetUp() override {
    InspectTest::SetUp();
    exec(k_rich_schema);
  }

  // The newest one of this machine.
  static pg::ServerPrograms dump_programs() {
    for (auto programs : pg::find_server_programs("")) {
      // A link to the server alone has no pg_dump beside it.
      programs.bin_folder =
          std::filesystem::canonical(programs.bin_folder + "/postgres").parent_path().string();
      if (std::filesystem::exists(programs.bin_folder + "/pg_dump")) return programs;
    }
    throw std::runtime_error("no pg_dump found");
  }

  static std::string run(const std::vector<std::string>& arguments, const std::string& input = "") {
    os::Command command;
    command.arguments = arguments;
    command.input = input;
    const auto finished = os::run(command, test::long_wait());
    if (!finished || finished->exit_status != 0)
      throw std::runtime_error(arguments[0] + ": " +
                               (finished ? finished->errors : finished.error().message));
    return finished->output;
  }

  // pg_dump does not read servers newer than itself; there the database is made once more from its
  // statements, after others that use up numbers.
  std::string other_database_like_this_one() {
    const auto other = test::TestServer::instance().fresh_database();
    const auto programs = dump_programs();
    if (programs.major_version >= major_version()) {
      const auto text = run({programs.bin_folder + "/pg_dump", "-s", "-d", url_});
      run({programs.bin_folder + "/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", other}, text);
    } else {
      auto session = test::connect(other);
      test::exec(session, "CREATE TABLE first (a int PRIMARY KEY, b text); DROP TABLE first");
      test::exec(session, k_rich_schema);
    }
    return other;
  }
};

TEST_F(WholeSchemaTest, AfterDumpAndRestoreIsEqual) {
  const auto before = read();
  auto session = test::connect(other_database_like_this_one());
  const auto after = read_or_throw(session);
  EXPECT_EQ(told(schema::compare(before, after)), std::vector<std::string>());
  EXPECT_EQ(schema::fingerprint(before).text(), schema::fingerprint(after).text());
}

// Fails in eight of them when read_schema pins nothing.
TEST_F(WholeSchemaTest, SettingsOfTheDatabaseChangeNothing) {
  const auto before = read();
  const auto database = value("SELECT quote_ident(current_database())");
  constexpr auto k_settings = std::to_array<const char*>({
      "search_path = app, pg_catalog",
      "search_path = pg_catalog, \"Odd \"\"Name\", public",
      "DateStyle = 'German, DMY'",
      "TimeZone = 'Asia/Tokyo'",
      "IntervalStyle = 'iso_8601'",
      "quote_all_identifiers = on",
      "extra_float_digits = -15",
      "bytea_output = 'escape'",
      "lc_messages = 'C'",
      "standard_conforming_strings = off",
      "default_transaction_read_only = on",
      "row_security = off",
      "enable_seqscan = off",
      "array_nulls = off",
  });
  for (const auto* setting : k_settings) {
    SCOPED_TRACE(setting);
    exec("ALTER DATABASE " + database + " SET " + setting);
    const auto after = read();
    EXPECT_EQ(told(schema::compare(before, after)), std::vector<std::string>());
    exec("SET default_transaction_read_only = off; ALTER DATABASE " + database + " RESET ALL");
  }
}

TEST_F(WholeSchemaTest, SettingsOfTheSessionAreLeftAsTheyWere) {
  auto session = connect();
  test::exec(session, "SET search_path = app; SET DateStyle = 'German, DMY'; SET jit = off");
  const auto before = read_or_throw(session);
  EXPECT_EQ(test::value(session, "SHOW search_path"), "app");
  EXPECT_EQ(test::value(session, "SHOW DateStyle"), "German, DMY");
  EXPECT_EQ(told(schema::compare(before, read())), std::vector<std::string>());
}

// A role that owns nothing and was granted nothing reads the same, privileges and policies of
// tables that it may not touch among it.
TEST_F(WholeSchemaTest, ARoleThatMayOnlyConnectReadsEverything) {
  Scope scope;
  scope.dependencies = true;
  const auto role = "inspect_nobody_" + value("SELECT pg_backend_pid()");
  exec("CREATE ROLE " + role + " LOGIN");
  exec("REVOKE ALL ON SCHEMA public FROM PUBLIC");
  const auto before = read(scope);
  auto session = test::connect(url_ + "&user=" + role);
  ASSERT_EQ(test::value(session, "SELECT current_user"), role);
  const auto after = read_or_throw(session, scope);
  EXPECT_EQ(told(schema::compare(before, after)), std::vector<std::string>());
  EXPECT_EQ(before.dependencies(), after.dependencies());
}

TEST_F(WholeSchemaTest, TheSameReadingTwiceIsTheSame) {
  EXPECT_EQ(schema::fingerprint(read()).text(), schema::fingerprint(read()).text());
}

// The keys of an index are what CREATE INDEX takes: made from nothing but what was read, each index
// is written by the server as the first one was.
TEST_F(WholeSchemaTest, IndexesCanBeMadeFromWhatWasRead) {
  exec(R"sql(
    CREATE TABLE app.many (a int, t text, c text COLLATE "C", v varchar(9), n "char", i inet,
      m app.mood, d app.amount, ts tsvector, p point, j jsonb, arr int[], "Q ""x" int, b bpchar(3));
    CREATE INDEX m1 ON app.many (v, b, m, d, i);
    CREATE INDEX m2 ON app.many (c COLLATE "default", t COLLATE "C" text_pattern_ops DESC);
    CREATE INDEX m3 ON app.many USING gin (j jsonb_path_ops, arr, ts);
    CREATE INDEX m4 ON app.many USING gist (p, ts tsvector_ops (siglen = 100));
    CREATE INDEX m5 ON app.many ("Q ""x" NULLS FIRST, (a + 1), ("Q ""x" || '","(') DESC);
    CREATE INDEX m6 ON app.many (lower(c) COLLATE "default", lower(c), (j ->> 'a,b'), (arr[1]));
    CREATE INDEX m7 ON app.many USING brin (a int4_minmax_ops) WITH (pages_per_range = 3);
    CREATE INDEX m8 ON app.many USING hash (v);
    CREATE INDEX m9 ON app.many ((CASE WHEN a > 1 THEN 'x' ELSE E'\\(' END), n);
    CREATE INDEX m11 ON app.many (lower(t), a) WHERE a > 1; CREATE INDEX m12 ON app.many ((a + 1));
    CREATE INDEX m13 ON app.many (lower(t) DESC); CREATE INDEX m14 ON app.many ((t || v));
    CREATE INDEX m15 ON app.many (upper(lower(c))); CREATE INDEX m16 ON app.many (lower(v));
    CREATE INDEX m17 ON app.many ((j ->> 'x')); CREATE INDEX m18 ON app.many (replace(t, 'coll 7', ''));
    CREATE INDEX m10 ON app.many (coalesce(a, 1), (t::varchar(3)), v text_pattern_ops);
  )sql");
  const auto schema = read();
  int made = 0;
  for (schema::Object::Index at = 0; at < schema.size(); ++at) {
    const auto index = schema.at(at);
    if (index.kind() != schema::Kind::index || index.has(Property::parent)) continue;
    const auto relation = quote_identifier(index.schema()) + "." + quote_identifier(index.name());
    const auto name = quote_identifier(index.schema()) + "." + quote_identifier(index.part());
    const auto defined = "SELECT replace(pg_get_indexdef(" + quote_literal(name) +
                         "::regclass), ' ON ONLY ', ' ON ')";
    const auto before = value(defined);
    std::string keys, include, options;
    for (const auto& key : index.list(Property::columns)) keys += (keys.empty() ? "" : ", ") + key;
    for (const auto& column : index.list(Property::include))
      include += (include.empty() ? " INCLUDE (" : ", ") + quote_identifier(column);
    for (const auto& option : index.list(Property::options))
      options += (options.empty() ? " WITH (" : ", ") + option;
    exec("DROP INDEX " + name);
    exec("CREATE " + std::string(index.has(Property::unique) ? "UNIQUE " : "") + "INDEX " +
         quote_identifier(index.part()) + " ON " + relation + " USING " +
         std::string(index.text(Property::method)) + " (" + keys + ")" + include +
         (include.empty() ? "" : ")") + options + (options.empty() ? "" : ")") +
         (index.has(Property::predicate) ? " WHERE " + std::string(index.text(Property::predicate))
                                         : ""));
    EXPECT_EQ(value(defined), before);
    ++made;
  }
  EXPECT_GE(made, 24);
}

} // namespace
} // namespace slipway::inspect
