// A schema with an object of each kind: read the same after dump and restore, by any role, and with
// any settings of the session.
#include "changed_by.hpp"
#include "every_kind.hpp"

#include "slipway/os/process.hpp"
#include "slipway/schema/fingerprint.hpp"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace slipway::inspect {
namespace {

using schema::Kind;
using schema::Property;

class EveryKind : public ChangedByTest {
protected:
  static std::string output_of(std::vector<std::string> arguments) {
    os::Command command;
    command.arguments = std::move(arguments);
    const auto finished = os::run(command, test::long_wait());
    if (!finished) throw std::runtime_error(finished.error().message);
    if (finished->exit_status != 0) throw std::runtime_error(finished->errors);
    return finished->output;
  }

  /// Without what only psql understands.
  static std::string dump_of(const std::string& url) {
    std::istringstream lines(output_of({"pg_dump", "--schema-only", "--dbname", url}));
    std::string sql;
    for (std::string line; std::getline(lines, line);)
      if (line.rfind("\\restrict", 0) != 0 && line.rfind("\\unrestrict", 0) != 0)
        sql += line + "\n";
    return sql;
  }

  /// The test's database for another role.
  std::string as(const std::string& role) const {
    const std::string superuser = "postgres://postgres@";
    if (url_.rfind(superuser, 0) != 0) throw std::runtime_error("another kind of URL: " + url_);
    return "postgres://" + role + "@" + url_.substr(superuser.size());
  }

  static bool pg_dump_can_read(int major_version) {
    const auto version = output_of({"pg_dump", "--version"});
    return std::stoi(version.substr(version.find(") ") + 2)) >= major_version;
  }

  static std::string everything(const schema::Schema& schema) {
    std::string text;
    for (schema::Object::Index at = 0; at < schema.size(); ++at)
      for (const auto& [property, value] : schema.at(at).values())
        text += schema.at(at).path() + " " + std::string(schema::property_name(property)) + "=" +
                std::string(value) + "\n";
    return text;
  }
};

TEST_F(EveryKind, has_every_kind_but_extensions) {
  exec(every_kind_sql(major_version()));
  const auto schema = read();
  std::set<Kind> kinds;
  for (schema::Object::Index at = 0; at < schema.size(); ++at) kinds.insert(schema.at(at).kind());
  for (const auto kind : schema::all_kinds())
    EXPECT_TRUE(kinds.contains(kind) || kind == Kind::extension) << schema::kind_name(kind);
  EXPECT_EQ(everything(schema).find("hidden"), std::string::npos);
  EXPECT_EQ(everything(schema).find("not to be shown"), std::string::npos);
}

// The OIDs of the other database are others, and so is the order of everything that has none.
TEST_F(EveryKind, does_not_depend_on_numbers_of_objects) {
  exec(every_kind_sql(major_version()));
  auto other = test::connect(test::TestServer::instance().fresh_database());
  test::exec(other, "CREATE TABLE shifting (a int PRIMARY KEY); DROP TABLE shifting");
  test::exec(other, "ALTER DATABASE " + test::value(other, "SELECT current_database()") +
                        " SET search_path = nowhere");
  test::exec(other, every_kind_sql(major_version()));
  const auto one = read();
  const auto same = read(other);
  EXPECT_EQ(told(one, same), "");
  EXPECT_EQ(schema::fingerprint(one).root, schema::fingerprint(same).root);
}

// What pg_dump itself does not keep is put back before: it writes subscriptions without connecting
// them, and a server above its own version it does not read at all, so that there only the test
// above speaks.
TEST_F(EveryKind, is_the_same_after_dump_and_restore) {
  exec(every_kind_sql(major_version()));
  const auto before = read();
  if (!pg_dump_can_read(major_version())) {
    EXPECT_GT(major_version(), 15);
    return;
  }
  const auto dump = dump_of(url_);
  auto other = test::connect(test::TestServer::instance().fresh_database());
  test::exec(other, dump);
  EXPECT_EQ(told(before, read(other)), "");
}

TEST_F(EveryKind, is_read_by_a_role_without_any_privilege) {
  exec(every_kind_sql(major_version()));
  const auto role = make_role("nobody");
  exec("REVOKE ALL ON SCHEMA public, kinds FROM PUBLIC");
  const auto everything_seen = read();
  auto session = test::connect(as(role));
  const auto seen = read(session);
  for (const auto& one : schema::compare(everything_seen, seen)) {
    for (const auto& property : one.properties) {
      const bool secret = property.property == Property::secret_digest ||
                          (one.identity.kind == Kind::user_mapping &&
                           property.property == Property::foreign_options) ||
                          // 13 shows neither the settings of a subscription nor its number.
                          (major_version() < 14 && one.identity.kind == Kind::subscription);
      EXPECT_TRUE(secret && !property.to)
          << one.identity.path() << " " << schema::property_name(property.property);
    }
    EXPECT_EQ(one.change, schema::Change::changed) << one.identity.path();
  }
  EXPECT_FALSE(seen.find({Kind::subscription, "", "taking", ""})->has(Property::secret_digest));
}

TEST_F(EveryKind, does_not_depend_on_the_settings_of_the_session) {
  exec(every_kind_sql(major_version()));
  const auto usual = read();
  auto session = connect();
  test::exec(
      session,
      "SET search_path = kinds, pg_catalog; SET datestyle = 'German'; SET timezone = 'Asia/Tokyo'; "
      "SET quote_all_identifiers = on; SET intervalstyle = 'iso_8601'; SET bytea_output = 'escape'; "
      "SET extra_float_digits = 0");
  EXPECT_EQ(told(usual, read(session)), "");
}

TEST_F(EveryKind, leaves_out_the_members_of_extensions) {
  exec(
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TYPE t AS ENUM (); "
      "CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int); CREATE COLLATION c (LOCALE = 'C'); "
      "CREATE FOREIGN DATA WRAPPER w; CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = pg_catalog.simple)");
  EXPECT_EQ(
      changed_by(
          "ALTER EXTENSION plpgsql ADD FUNCTION f(); ALTER EXTENSION plpgsql ADD TYPE t; "
          "ALTER EXTENSION plpgsql ADD OPERATOR === (int, int); ALTER EXTENSION plpgsql ADD COLLATION c; "
          "ALTER EXTENSION plpgsql ADD FOREIGN DATA WRAPPER w; "
          "ALTER EXTENSION plpgsql ADD TEXT SEARCH DICTIONARY d"),
      "dropped foreign data wrapper w\ndropped collation public.c\ndropped enum public.t\n"
      "dropped function public.f()\ndropped operator public.===(integer, integer)\n"
      "dropped text search dictionary public.d");
}

TEST_F(EveryKind, leaves_out_schemas_and_what_stands_on_them) {
  exec(every_kind_sql(major_version()));
  Scope scope;
  scope.leave_out = {"kin*"};
  const auto schema = read(scope);
  for (schema::Object::Index at = 0; at < schema.size(); ++at)
    EXPECT_NE(schema.at(at).schema(), "kinds") << schema.at(at).path();
  EXPECT_TRUE(schema.objects(Kind::cast).empty());
  EXPECT_TRUE(schema.objects(Kind::event_trigger).empty());
  EXPECT_EQ(schema.find({Kind::publication, "", "partly", ""})->text(Property::tables), "");
}

} // namespace
} // namespace slipway::inspect
