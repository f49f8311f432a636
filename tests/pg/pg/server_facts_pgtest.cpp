#include "slipway/pg/server_facts.hpp"

#include "session_test.hpp"

namespace slipway::pg {
namespace {

class ServerFactsTest : public SessionTest {
protected:
  ServerFacts facts() {
    auto facts = read_server_facts(session(), test::long_wait());
    if (!facts) throw std::runtime_error(facts.error().message);
    return *facts;
  }
};

TEST_F(ServerFactsTest, DescribesAThrowawayServer) {
  const ServerFacts found = facts();
  EXPECT_EQ(found.version, session().server_version());
  EXPECT_EQ(found.version / 10'000, major_version());
  EXPECT_EQ(found.version_text.substr(0, 2), std::to_string(major_version()));
  EXPECT_EQ(found.platform, "self-managed");
  EXPECT_EQ(found.pooler, Pooler::none);
  EXPECT_FALSE(found.in_recovery);
  EXPECT_FALSE(found.read_only);
  EXPECT_TRUE(found.superuser);
  EXPECT_TRUE(found.can_create_schema);
  EXPECT_EQ(found.database, session().database());
  EXPECT_EQ(found.user, "postgres");
  EXPECT_EQ(session().transaction_status(), TransactionStatus::idle);
}

TEST_F(ServerFactsTest, NeedsNoPrivilege) {
  ASSERT_TRUE(execute("CREATE ROLE \"facts nobody\""));
  ASSERT_TRUE(execute("SET ROLE \"facts nobody\""));
  const ServerFacts found = facts();
  EXPECT_EQ(found.user, "facts nobody");
  EXPECT_FALSE(found.superuser);
  EXPECT_FALSE(found.can_create_schema);
  EXPECT_EQ(found.platform, "self-managed");
}

TEST_F(ServerFactsTest, SeesThatWritesAreOff) {
  ASSERT_TRUE(execute("SET default_transaction_read_only = on"));
  EXPECT_TRUE(facts().read_only);
}

TEST_F(ServerFactsTest, KnowsAPlatformByItsRole) {
  // Roles belong to the whole cluster; the transaction keeps these from the other tests.
  for (const auto& [role, platform] :
       {std::pair("rds_superuser", "rds"), std::pair("cloudsqlsuperuser", "cloudsql"),
        std::pair("azure_pg_admin", "azure"), std::pair("supabase_admin", "supabase"),
        std::pair("neon_superuser", "neon")}) {
    ASSERT_TRUE(execute("BEGIN"));
    ASSERT_TRUE(execute(std::string("CREATE ROLE ") + role));
    EXPECT_EQ(facts().platform, platform);
    ASSERT_TRUE(execute("ROLLBACK"));
  }
}

TEST_F(ServerFactsTest, KnowsAuroraByItsFunction) {
  ASSERT_TRUE(
      execute("CREATE FUNCTION aurora_version() RETURNS text LANGUAGE sql AS 'SELECT ''x'''"));
  EXPECT_EQ(facts().platform, "aurora");
}

// Safety: with an unqualified name in the question these would answer instead of the catalog.
TEST_F(ServerFactsTest, AsksTheCatalogWhateverTheSearchPathHolds) {
  ASSERT_TRUE(execute("CREATE SCHEMA evil; SET search_path = evil, pg_catalog"));
  for (const std::string sql :
       {"CREATE FUNCTION current_setting(text) RETURNS text LANGUAGE sql AS 'SELECT ''99''::text'",
        "CREATE FUNCTION pg_is_in_recovery() RETURNS bool LANGUAGE sql AS 'SELECT true'",
        "CREATE FUNCTION current_database() RETURNS name LANGUAGE sql AS 'SELECT ''evil''::name'",
        "CREATE FUNCTION pg_backend_pid() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION never(name, name) RETURNS bool LANGUAGE sql AS 'SELECT false'",
        "CREATE OPERATOR = (FUNCTION = never, LEFTARG = name, RIGHTARG = name)",
        "CREATE FUNCTION never(text, text) RETURNS bool LANGUAGE sql AS 'SELECT false'",
        "CREATE OPERATOR = (FUNCTION = never, LEFTARG = text, RIGHTARG = text)",
        "CREATE VIEW pg_roles AS SELECT 'rdsadmin'::name AS rolname, false AS rolsuper",
        "CREATE VIEW pg_database AS SELECT 'rdsadmin'::name AS datname"})
    ASSERT_TRUE(execute(sql)) << sql;
  const ServerFacts found = facts();
  EXPECT_EQ(found.version, session().server_version());
  EXPECT_FALSE(found.in_recovery);
  EXPECT_TRUE(found.superuser);
  EXPECT_EQ(found.platform, "self-managed");
  EXPECT_EQ(found.pooler, Pooler::none);
  EXPECT_EQ(found.database, session().database());
  ASSERT_TRUE(execute(
      "CREATE FUNCTION public.aurora_version() RETURNS text LANGUAGE sql AS 'SELECT NULL::text'"));
  EXPECT_EQ(facts().platform, "aurora");
}

} // namespace
} // namespace slipway::pg
