#include "project.hpp"

#include "slipway/app/doctor.hpp"
#include "slipway/app/migrate.hpp"

namespace slipway {
namespace {

class Mend : public test::ProjectTest {
protected:
  Result<app::RepairReport> repair(const app::RepairRequest& request) {
    return with_context([&](const app::Context& context) { return app::repair(context, request); });
  }
  Result<app::RunReport> baseline(std::int64_t version) {
    return with_context(
        [&](const app::Context& context) { return app::baseline(context, Version(version)); });
  }
  std::vector<app::Diagnosis> diagnose() {
    return with_context([](const app::Context& context) { return app::diagnose(context); });
  }
};

TEST_F(Mend, BaselineRecordsWithoutRunning) {
  exec("CREATE TABLE a (id int)");
  write("1_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
  write("2_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
  ASSERT_TRUE(baseline(1));
  EXPECT_EQ(status().comparison.count(plan::EntryState::pending), 1U);
  ASSERT_TRUE(up());
  EXPECT_TRUE(has_table("b"));
  EXPECT_FALSE(baseline(2)) << "a history is written once";
  EXPECT_FALSE(baseline(9));
}

TEST_F(Mend, RepairTakesOverCommentsButAChangeOnlyWhenToldTo) {
  write("1_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
  write("2_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
  ASSERT_TRUE(up());
  write("1_a.sql", "-- a comment\nCREATE TABLE a (id int);", "DROP TABLE a;");
  write("2_b.sql", "CREATE TABLE b (id bigint);", "DROP TABLE b;");
  ASSERT_TRUE(repair({}));
  auto comparison = status().comparison;
  EXPECT_EQ(comparison.entries[0].difference, plan::Difference::none);
  EXPECT_EQ(comparison.entries[1].difference, plan::Difference::changed);
  ASSERT_TRUE(repair({.accept_files = true, .version = Version(2)}));
  EXPECT_TRUE(status().comparison.clean());
}

TEST_F(Mend, AStatementCanBeDeclaredDone) {
  write("1_a.sql", "CREATE TABLE a (id int);\nVACUUM no_such_table;\nCREATE TABLE b (id int);",
        "DROP TABLE a, b;");
  ASSERT_FALSE(up());
  EXPECT_EQ(status().comparison.entries[0].state, plan::EntryState::half_applied);
  const auto repaired = repair({.done = 2});
  ASSERT_TRUE(repaired) << repaired.error().message;
  const auto report = up();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(has_table("b"));
  EXPECT_TRUE(status().comparison.clean());
}

TEST_F(Mend, AHalfAppliedMigrationCanBeForgotten) {
  write("1_a.sql", "CREATE TABLE a (id int);\nVACUUM no_such_table;", "DROP TABLE a;");
  ASSERT_FALSE(up());
  exec("DROP TABLE a");
  ASSERT_TRUE(repair({.forget = Version(1)}));
  EXPECT_EQ(status().comparison.entries[0].state, plan::EntryState::pending);
  EXPECT_NE(value("SELECT count(*) FROM slipway.journal WHERE version = 1"), "0")
      << "the journal is never deleted";
  EXPECT_FALSE(repair({.forget = Version(5)}));
}

TEST_F(Mend, ARunThatNeverEndedIsMarkedByTheNext) {
  write("1_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
  ASSERT_TRUE(up());
  exec(
      "INSERT INTO slipway.run (kind, actor, host, pid, tool_version) VALUES ('up', 'x', 'y', 1, '0')");
  ASSERT_TRUE(repair({}));
  EXPECT_EQ(value("SELECT outcome FROM slipway.run WHERE actor = 'x'"), "interrupted");
}

TEST_F(Mend, DoctorFindsAnInvalidIndexAndAMissingPrivilege) {
  exec("CREATE TABLE a (id int); INSERT INTO a VALUES (1), (1)");
  auto session = connect();
  EXPECT_FALSE(session.execute(SqlText("CREATE UNIQUE INDEX CONCURRENTLY broken_index ON a (id)"),
                               test::long_wait()));
  bool found = false;
  for (const auto& one : diagnose())
    found = found || (one.what == "invalid index" &&
                      one.remedy.find("public.broken_index") != std::string::npos);
  EXPECT_TRUE(found);

  const std::string role = "weak_" + value("SELECT current_database()");
  exec("CREATE ROLE " + role + " LOGIN");
  exec("REVOKE CREATE ON DATABASE " + value("SELECT current_database()") + " FROM PUBLIC");
  url_ += "&user=" + role;
  bool grant = false;
  for (const auto& one : diagnose())
    grant = grant || one.remedy.find("GRANT CREATE ON DATABASE") != std::string::npos;
  EXPECT_TRUE(grant);
  write("1_a.sql", "SELECT 1;", "SELECT 1;");
  const auto failed = up();
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().hint.find("GRANT CREATE ON DATABASE"), std::string::npos)
      << failed.error().message << failed.error().hint;
}

TEST_F(Mend, DoctorNamesWhatIsHalfDoneWithTheStatementThatEndsIt) {
  exec(
      "CREATE TABLE a (id int); ALTER TABLE a ADD CONSTRAINT \"Big\" CHECK (id > 0) NOT VALID;"
      "CREATE DOMAIN d AS int; ALTER DOMAIN d ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID;"
      "CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE TABLE c PARTITION OF p FOR VALUES IN (1);"
      "CREATE INDEX waiting ON ONLY p (id);"
      "CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1';"
      "INSERT INTO a VALUES (1); CREATE INDEX e ON a (f(id));"
      "CREATE OR REPLACE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1 / (1 - $1)'");
  auto session = connect();
  EXPECT_FALSE(session.execute(SqlText("REINDEX INDEX CONCURRENTLY e"), test::long_wait()));
  if (major_version() >= 18) exec("ALTER TABLE a ADD CONSTRAINT loose CHECK (id > 0) NOT ENFORCED");
  std::vector<std::string> expected{"DROP INDEX CONCURRENTLY public.e_ccnew;",
                                    "ALTER TABLE public.a VALIDATE CONSTRAINT \"Big\";",
                                    "ALTER DOMAIN public.d VALIDATE CONSTRAINT positive;"};
  if (major_version() >= 14) {
    auto reader = connect();
    test::exec(reader, "BEGIN ISOLATION LEVEL REPEATABLE READ");
    test::exec(reader, "SELECT count(*) FROM p");
    test::exec(session, "SET lock_timeout = '100ms'");
    EXPECT_FALSE(session.execute(SqlText("ALTER TABLE p DETACH PARTITION c CONCURRENTLY"),
                                 test::long_wait()));
    expected.emplace_back("ALTER TABLE public.p DETACH PARTITION public.c FINALIZE;");
  }
  std::vector<std::string> remedies;
  for (const auto& one : diagnose())
    if (one.remedy.find("public.") != std::string::npos) remedies.push_back(one.remedy);
  EXPECT_EQ(remedies, expected);
  // What is named does what it says.
  for (const auto& remedy : remedies) exec(remedy);
  for (const auto& one : diagnose())
    EXPECT_EQ(one.remedy.find("public."), std::string::npos) << one.found;
}

TEST_F(Mend, DoctorSaysUnknownWhatItCouldNotLookAt) {
  url_ = "postgresql://127.0.0.1:1/nowhere";
  const auto found = diagnose();
  EXPECT_TRUE(std::any_of(found.begin(), found.end(), [](const auto& one) {
    return one.what == "privileges" && one.health == app::Health::unknown;
  }));
  EXPECT_TRUE(std::any_of(found.begin(), found.end(), [](const auto& one) {
    return one.what == "connection" && one.health == app::Health::problem;
  }));
}

} // namespace
} // namespace slipway
