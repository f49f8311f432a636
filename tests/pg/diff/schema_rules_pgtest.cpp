#include "plan_test.hpp"

namespace slipway::test {

namespace {

const std::string k_roles =
    "DO $$BEGIN CREATE ROLE slip_reader; EXCEPTION WHEN duplicate_object THEN NULL; END$$;"
    "DO $$BEGIN CREATE ROLE slip_owner; EXCEPTION WHEN duplicate_object THEN NULL; END$$;";

class SchemaRules : public PlanTest {};

TEST_F(SchemaRules, SchemasWithOwnerAndPrivileges) {
  expect_both_ways(
      k_roles, k_roles + "CREATE SCHEMA \"My s\" AUTHORIZATION slip_owner;"
                         "GRANT USAGE ON SCHEMA \"My s\" TO slip_reader;"
                         "COMMENT ON SCHEMA \"My s\" IS 'x'; CREATE TYPE \"My s\".e AS ENUM ('a');"
                         "CREATE VIEW \"My s\".v AS SELECT 'a'::\"My s\".e AS x;");
  expect_both_ways(k_roles + "CREATE SCHEMA s",
                   k_roles + "CREATE SCHEMA s AUTHORIZATION slip_owner;"
                             "GRANT ALL ON SCHEMA s TO slip_reader WITH GRANT OPTION;");
}

TEST_F(SchemaRules, PublicMayGo) {
  expect_both_ways("DROP SCHEMA public", "");
}

TEST_F(SchemaRules, PublicGetsItsUsualCommentBack) {
  const auto planned = run("COMMENT ON SCHEMA public IS 'x'", "");
  EXPECT_EQ(planned.error, "") << planned.sql();
  EXPECT_EQ(planned.values("SELECT obj_description('public'::regnamespace, 'pg_namespace')"),
            "standard public schema");
}

TEST_F(SchemaRules, LanguagesAndAccessMethods) {
  const std::string handler =
      "CREATE FUNCTION h() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';"
      "CREATE FUNCTION val(oid) RETURNS void LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_validator';";
  expect_both_ways(k_roles + handler,
                   k_roles + handler +
                       "CREATE TRUSTED LANGUAGE mine HANDLER h VALIDATOR val;"
                       "REVOKE ALL ON LANGUAGE mine FROM PUBLIC; COMMENT ON LANGUAGE mine IS 'x';");
  expect_both_ways(handler + "CREATE TRUSTED LANGUAGE mine HANDLER h",
                   handler + "CREATE LANGUAGE mine HANDLER h VALIDATOR val");
  expect_both_ways("", "CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;"
                       "COMMENT ON ACCESS METHOD heap2 IS 'x';"
                       "CREATE ACCESS METHOD btree2 TYPE INDEX HANDLER bthandler;");
}

TEST_F(SchemaRules, Extensions) {
  const auto available = [this] {
    auto session = connect(TestServer::instance().fresh_database());
    return session.execute(SqlText("CREATE EXTENSION pg_trgm"), long_wait()).has_value();
  }();
  const std::string name = available ? "pg_trgm" : "plpgsql";
  const auto planned =
      run("CREATE SCHEMA ext", "CREATE SCHEMA ext; CREATE EXTENSION IF NOT EXISTS " + name +
                                   (available ? " SCHEMA ext" : ""));
  EXPECT_EQ(planned.left, std::vector<std::string>()) << planned.error;
  EXPECT_EQ(planned.sql().starts_with("CREATE EXTENSION"), available) << planned.sql();
  if (available)
    expect_both_ways(
        "CREATE SCHEMA ext; CREATE EXTENSION pg_trgm",
        "CREATE SCHEMA ext; CREATE EXTENSION pg_trgm SCHEMA ext; COMMENT ON EXTENSION pg_trgm IS 'y'");
}

TEST_F(SchemaRules, DefaultPrivileges) {
  const auto base = k_roles + "CREATE SCHEMA s;";
  const auto set =
      base +
      "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO slip_reader;"
      "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;"
      "ALTER DEFAULT PRIVILEGES FOR ROLE slip_owner GRANT USAGE ON TYPES TO slip_reader WITH GRANT OPTION;"
      "ALTER DEFAULT PRIVILEGES FOR ROLE slip_owner IN SCHEMA s GRANT ALL ON SEQUENCES TO PUBLIC;";
  expect_both_ways(base, set);
  expect_both_ways(k_roles, set);
  expect_both_ways(
      set,
      base +
          "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT, INSERT ON TABLES TO slip_reader WITH GRANT OPTION;"
          "ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO slip_reader;");
}

TEST_F(SchemaRules, NewObjectsGetWhatDefaultPrivilegesDoNotSay) {
  const auto base =
      k_roles +
      "CREATE SCHEMA s; ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO slip_reader;"
      "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;";
  expect_arrives(base, base + "CREATE TABLE s.t (a int); REVOKE ALL ON s.t FROM slip_reader;"
                              "CREATE TABLE s.u (a int); CREATE VIEW s.v AS SELECT 1 AS x;"
                              "CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1';"
                              "GRANT EXECUTE ON FUNCTION s.f() TO PUBLIC;"
                              "CREATE FUNCTION s.g() RETURNS int LANGUAGE sql AS 'SELECT 1';");
  expect_both_ways(
      k_roles + "CREATE SCHEMA s",
      base +
          "CREATE TABLE s.t (a int); CREATE FUNCTION s.g() RETURNS int LANGUAGE sql AS 'SELECT 1';");
}

} // namespace

} // namespace slipway::test
