// Foreign objects, publications and subscriptions: each property is seen when it alone changes, and
// no secret is in what was read.
#include "changed_by.hpp"

#include <gtest/gtest.h>

namespace slipway::inspect {
namespace {

using schema::Kind;

class OutsideObjectsRead : public ChangedByTest {
protected:
  static std::string everything(const schema::Schema& schema) {
    std::string text;
    for (schema::Object::Index at = 0; at < schema.size(); ++at)
      for (const auto& [property, value] : schema.at(at).values())
        text += std::string(value) + "\n";
    return text;
  }
};

TEST_F(OutsideObjectsRead, wrappers_and_servers) {
  EXPECT_EQ(changed_by("CREATE FOREIGN DATA WRAPPER w"), "created foreign data wrapper w");
  EXPECT_EQ(changed_by("ALTER FOREIGN DATA WRAPPER w VALIDATOR postgresql_fdw_validator"),
            "foreign data wrapper w validator: none -> 'postgresql_fdw_validator'");
  EXPECT_EQ(changed_by("ALTER FOREIGN DATA WRAPPER w NO VALIDATOR OPTIONS (b 'x y', a '1=2')"),
            "foreign data wrapper w foreign_options: none -> 'a=1=2|b=x y'\n"
            "foreign data wrapper w validator: 'postgresql_fdw_validator' -> none");
  EXPECT_EQ(changed_by("CREATE FUNCTION h() RETURNS fdw_handler LANGUAGE internal AS 'textin'; "
                       "ALTER FOREIGN DATA WRAPPER w HANDLER h"),
            "foreign data wrapper w handler: none -> 'public.h'\ncreated function public.h()");
  EXPECT_EQ(changed_by("GRANT USAGE ON FOREIGN DATA WRAPPER w TO PUBLIC"),
            "foreign data wrapper w acl: none -> '<owner>=U|public=U'");
  EXPECT_EQ(changed_by("COMMENT ON FOREIGN DATA WRAPPER w IS 'c'"),
            "foreign data wrapper w comment: none -> 'c'");
  EXPECT_EQ(
      changed_by(
          "CREATE SERVER s TYPE 't' VERSION '1' FOREIGN DATA WRAPPER w OPTIONS (host 'h', dbname 'd')"),
      "created server s");
  EXPECT_EQ(all_of({Kind::server, "", "s", ""}),
            "foreign_options: 'dbname=d|host=h'\nversion: '1'\nwrapper: 'w'\nserver_type: 't'");
  EXPECT_EQ(changed_by("ALTER SERVER s VERSION '2'"), "server s version: '1' -> '2'");
  EXPECT_EQ(changed_by("ALTER SERVER s OPTIONS (DROP host)"),
            "server s foreign_options: 'dbname=d|host=h' -> 'dbname=d'");
  EXPECT_EQ(changed_by("GRANT USAGE ON FOREIGN SERVER s TO PUBLIC"),
            "server s acl: none -> '<owner>=U|public=U'");
  EXPECT_EQ(changed_by("COMMENT ON SERVER s IS 'c'"), "server s comment: none -> 'c'");
  const auto role = make_role("keeper", "SUPERUSER");
  EXPECT_EQ(changed_by("ALTER SERVER s OWNER TO " + role +
                       "; REVOKE ALL ON FOREIGN SERVER s FROM PUBLIC"),
            "server s owner: none -> '" + role + "'\nserver s acl: '<owner>=U|public=U' -> none");
}

TEST_F(OutsideObjectsRead, user_mappings_without_their_secrets) {
  exec("CREATE FOREIGN DATA WRAPPER w; "
       "CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', api_key 'Hidden-Server-Key')");
  EXPECT_EQ(
      changed_by(
          "CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user 'u', password 'Hidden-Password')"),
      "created user mapping s for public");
  const schema::Identity mapping{Kind::user_mapping, "", "s", "public"};
  Scope scope;
  scope.salt = "pepper";
  const auto schema = read(scope);
  const auto found = schema.find(mapping);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->text(schema::Property::foreign_options), "user=u");
  const std::string digest(found->text(schema::Property::secret_digest));
  EXPECT_EQ(digest.substr(0, 9), "password=");
  EXPECT_EQ(digest.size(), 9U + 64U);
  EXPECT_EQ(everything(schema).find("Hidden"), std::string::npos);
  EXPECT_NE(schema.find({Kind::server, "", "s", ""})
                ->text(schema::Property::secret_digest)
                .find("api_key="),
            std::string_view::npos);

  EXPECT_EQ(
      changed_by("ALTER USER MAPPING FOR PUBLIC SERVER s OPTIONS (SET password 'Hidden-Password')",
                 scope),
      "");
  EXPECT_NE(
      changed_by("ALTER USER MAPPING FOR PUBLIC SERVER s OPTIONS (SET password 'Other')", scope),
      "");
  exec("ALTER USER MAPPING FOR PUBLIC SERVER s OPTIONS (SET password 'Hidden-Password')");
  EXPECT_EQ(read(scope).find(mapping)->text(schema::Property::secret_digest), digest);
  scope.salt = "salt";
  EXPECT_NE(read(scope).find(mapping)->text(schema::Property::secret_digest), digest);

  const auto role = make_role("keeper");
  exec("CREATE USER MAPPING FOR " + role +
       " SERVER s OPTIONS (user 'u', password 'Hidden-Password')");
  const auto both = read(scope);
  const auto other = both.find({Kind::user_mapping, "", "s", role});
  ASSERT_TRUE(other);
  EXPECT_NE(other->text(schema::Property::secret_digest),
            both.find(mapping)->text(schema::Property::secret_digest))
      << "one password of two users is not seen as one";
}

TEST_F(OutsideObjectsRead, publications) {
  exec("CREATE TABLE t (a int PRIMARY KEY, b int, \"C d\" int); CREATE TABLE u (a int)");
  const std::string p = "publication p ";
  const auto altered = [&](const std::string& action) {
    return changed_by("ALTER PUBLICATION p " + action);
  };
  EXPECT_EQ(changed_by("CREATE PUBLICATION p"), "created publication p");
  EXPECT_EQ(all_of({Kind::publication, "", "p", ""}), "");
  EXPECT_EQ(altered("ADD TABLE t, ONLY u"), p + "tables: none -> 'public.t|public.u'");
  EXPECT_EQ(altered("DROP TABLE t"), p + "tables: 'public.t|public.u' -> 'public.u'");
  EXPECT_EQ(altered("SET (publish = 'insert, delete')"), p + "operations: none -> 'delete|insert'");
  EXPECT_EQ(altered("SET (publish = '')"), p + "operations: 'delete|insert' -> ''");
  EXPECT_EQ(altered("SET (publish = 'insert, update, delete, truncate')"),
            p + "operations: '' -> none");
  EXPECT_EQ(altered("SET (publish_via_partition_root = true)"), p + "via_root: none -> 'yes'");
  EXPECT_EQ(changed_by("COMMENT ON PUBLICATION p IS 'c'"), p + "comment: none -> 'c'");
  const auto role = make_role("keeper", "SUPERUSER");
  EXPECT_EQ(altered("OWNER TO " + role), p + "owner: none -> '" + role + "'");
  EXPECT_EQ(changed_by("CREATE PUBLICATION every FOR ALL TABLES"), "created publication every");
  EXPECT_EQ(all_of({Kind::publication, "", "every", ""}), "all_tables: 'yes'");
  if (major_version() >= 15) {
    EXPECT_EQ(altered("SET TABLE t (\"C d\", a) WHERE (a > 1)"),
              p + "tables: 'public.u' -> 'public.t (\"C d\", a) WHERE ((a > 1))'");
    EXPECT_EQ(altered("SET TABLES IN SCHEMA public"),
              p + "tables: 'public.t (\"C d\", a) WHERE ((a > 1))' -> none\n" + p +
                  "schemas: none -> 'public'");
  }
  if (major_version() >= 18) {
    EXPECT_EQ(altered("SET (publish_generated_columns = stored)"),
              p + "generated_columns: none -> 'stored'");
  }
}

TEST_F(OutsideObjectsRead, subscriptions_without_their_connection) {
  exec(
      "CREATE SUBSCRIPTION s CONNECTION 'host=nowhere password=Hidden-Password' PUBLICATION b, \"A\" "
      "WITH (connect = false, slot_name = NONE)");
  const schema::Identity identity{Kind::subscription, "", "s", ""};
  const std::string s = "subscription s ";
  const auto altered = [&](const std::string& action) {
    return changed_by("ALTER SUBSCRIPTION s " + action);
  };
  const auto schema = read();
  EXPECT_EQ(everything(schema).find("Hidden"), std::string::npos);
  const auto found = schema.find(identity);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->text(schema::Property::enabled), "disabled");
  EXPECT_EQ(found->text(schema::Property::clauses), "slot_name = NONE");
  EXPECT_EQ(found->list(schema::Property::members), (std::vector<std::string>{"\"A\"", "b"}));
  EXPECT_EQ(found->text(schema::Property::secret_digest).substr(0, 9), "conninfo=");

  EXPECT_NE(altered("CONNECTION 'host=elsewhere'").find(s + "secret_digest: 'conninfo="),
            std::string::npos);
  EXPECT_EQ(altered("SET (slot_name = 'other')"),
            s + "clauses: 'slot_name = NONE' -> 'slot_name = 'other''");
  EXPECT_EQ(altered("ENABLE"), s + "enabled: 'disabled' -> none");
  EXPECT_EQ(altered("DISABLE"), s + "enabled: none -> 'disabled'");
  EXPECT_EQ(altered("SET (slot_name = 's')"), s + "clauses: 'slot_name = 'other'' -> none");
  EXPECT_EQ(altered("SET (synchronous_commit = local)"),
            s + "clauses: none -> 'synchronous_commit = local'");
  EXPECT_EQ(altered("SET (synchronous_commit = off)"),
            s + "clauses: 'synchronous_commit = local' -> none");
  EXPECT_EQ(altered("SET PUBLICATION b WITH (refresh = false)"), s + "members: '\"A\"|b' -> 'b'");
  EXPECT_EQ(changed_by("COMMENT ON SUBSCRIPTION s IS 'c'"), s + "comment: none -> 'c'");
  const auto role = make_role("keeper", "SUPERUSER");
  EXPECT_EQ(altered("OWNER TO " + role), s + "owner: none -> '" + role + "'");
  exec("ALTER SUBSCRIPTION s SET (slot_name = NONE); DROP SUBSCRIPTION s");
}

TEST_F(OutsideObjectsRead, settings_of_subscriptions_that_came_later) {
  exec(
      "CREATE SUBSCRIPTION s CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE)");
  std::string clauses = "slot_name = NONE";
  const auto set = [&](const std::string& setting, const std::string& clause) {
    const auto before = clauses;
    clauses += clause;
    const auto shown = [](std::string text) { return "'" + text + "'"; };
    EXPECT_EQ(changed_by("ALTER SUBSCRIPTION s SET (" + setting + ")"),
              "subscription s clauses: " + shown(before) + " -> " + shown(clauses));
  };
  if (major_version() >= 14) set("binary = true", "|binary = true");
  if (major_version() >= 14 && major_version() < 18) set("streaming = on", "|streaming = on");
  if (major_version() >= 18) set("streaming = off", "|streaming = off");
  if (major_version() >= 15) set("disable_on_error = true", "|disable_on_error = true");
  if (major_version() >= 16) {
    set("password_required = false", "|password_required = false");
    set("run_as_owner = true", "|run_as_owner = true");
    set("origin = none", "|origin = none");
  }
  exec("DROP SUBSCRIPTION s");
  if (major_version() >= 15) {
    exec(
        "CREATE SUBSCRIPTION s CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE, "
        "two_phase = true)");
    EXPECT_EQ(read().find({Kind::subscription, "", "s", ""})->text(schema::Property::clauses),
              "slot_name = NONE\ntwo_phase = true");
    exec("DROP SUBSCRIPTION s");
  }
  if (major_version() >= 17) {
    exec(
        "CREATE SUBSCRIPTION s CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false, slot_name = 'x', "
        "failover = true)");
    EXPECT_EQ(read().find({Kind::subscription, "", "s", ""})->text(schema::Property::clauses),
              "slot_name = 'x'\nfailover = true");
  }
}

} // namespace
} // namespace slipway::inspect
