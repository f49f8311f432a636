// What is granted on members of extensions. Those of plpgsql are made here, since it is everywhere.
#include "plan_test.hpp"

namespace slipway::test {

namespace {

class MemberGrants : public PlanTest {
protected:
  static constexpr const char* k_members = R"(
DO $$BEGIN CREATE ROLE slip_reader; EXCEPTION WHEN duplicate_object THEN NULL; END$$;
CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'; REVOKE EXECUTE ON FUNCTION f FROM PUBLIC;
CREATE TABLE "Cfg" (a int, b int); GRANT SELECT ON "Cfg" TO PUBLIC; CREATE SEQUENCE numbers;
CREATE TYPE mood AS ENUM ('ok'); CREATE SCHEMA house; CREATE FOREIGN DATA WRAPPER far;
ALTER EXTENSION plpgsql ADD FUNCTION f(int); ALTER EXTENSION plpgsql ADD TABLE "Cfg";
ALTER EXTENSION plpgsql ADD SEQUENCE numbers; ALTER EXTENSION plpgsql ADD TYPE mood;
ALTER EXTENSION plpgsql ADD SCHEMA house; ALTER EXTENSION plpgsql ADD FOREIGN DATA WRAPPER far;)";

  bool has_extension(const std::string& name) {
    auto session = connect(TestServer::instance().fresh_database());
    return session.execute(SqlText("CREATE EXTENSION " + name), long_wait()).has_value();
  }
};

TEST_F(MemberGrants, AreGivenAndTakenBack) {
  const std::string members = k_members;
  for (const std::string changed : {
           "GRANT EXECUTE ON FUNCTION f TO slip_reader",
           "REVOKE SELECT ON \"Cfg\" FROM PUBLIC",
           "REVOKE SELECT ON \"Cfg\" FROM PUBLIC; GRANT SELECT, DELETE ON \"Cfg\" TO slip_reader",
           "GRANT UPDATE (b) ON \"Cfg\" TO slip_reader WITH GRANT OPTION",
           "GRANT USAGE ON SEQUENCE numbers TO slip_reader",
           "REVOKE USAGE ON TYPE mood FROM PUBLIC",
           "GRANT CREATE ON SCHEMA house TO slip_reader",
           "GRANT USAGE ON FOREIGN DATA WRAPPER far TO slip_reader",
           "REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC",
       })
    expect_both_ways(members, members + changed);
}

TEST_F(MemberGrants, ChangeTheirGrantOption) {
  const auto granted = [](const std::string& option) {
    return std::string(k_members) + "GRANT EXECUTE ON FUNCTION f TO slip_reader" + option;
  };
  expect_both_ways(granted(""), granted(" WITH GRANT OPTION"));
}

TEST_F(MemberGrants, AreNotThoseThatTheExtensionBeganWith) {
  const auto planned = run("", k_members);
  EXPECT_EQ(planned.sql(), "");
}

TEST_F(MemberGrants, GoAndComeWithTheExtension) {
  if (!has_extension("autoinc")) return;
  expect_both_ways(
      "", "DO $$BEGIN CREATE ROLE slip_reader; EXCEPTION WHEN duplicate_object THEN NULL; END$$;"
          "CREATE EXTENSION autoinc; REVOKE EXECUTE ON FUNCTION autoinc() FROM PUBLIC;"
          "GRANT EXECUTE ON FUNCTION autoinc() TO slip_reader;");
  // What default privileges gave to its members.
  expect_both_ways("", "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;"
                       "CREATE EXTENSION autoinc");
}

TEST_F(MemberGrants, AreNotThoseOfDefaultPrivilegesThatCameLater) {
  if (!has_extension("autoinc")) return;
  const std::string role =
      "DO $$BEGIN CREATE ROLE slip_reader; EXCEPTION WHEN duplicate_object THEN NULL; END$$;";
  const std::string defaults =
      "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;"
      "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO slip_reader;";
  expect_both_ways(role + defaults, role + "CREATE EXTENSION autoinc;" + defaults);
  expect_both_ways(role + defaults, role + "CREATE EXTENSION autoinc");
}

} // namespace

} // namespace slipway::test
