// Checks of the server as a whole: writable, pooler, connections, plpgsql, disk.
#include "preflight_test.hpp"

#include <filesystem>
#include <fstream>

namespace slipway::preflight {
namespace {

class ServerChecks : public PreflightTest {};

TEST_F(ServerChecks, everything_passes_on_a_quiet_server) {
  exec("CREATE TABLE t (id int)");
  close_looker();
  auto session = connect();
  const auto found = report(session, "ALTER TABLE t ADD COLUMN x int;");
  for (const auto& finding : found.findings)
    EXPECT_EQ(finding.verdict, Verdict::pass) << finding.check << ": " << finding.found;
  EXPECT_EQ(found.findings.size(), check_names().size());
  EXPECT_TRUE(found.may_start());
  EXPECT_EQ(session.transaction_status(), pg::TransactionStatus::idle);
}

TEST_F(ServerChecks, a_read_only_target_stops) {
  EXPECT_EQ(check("writable", "SELECT 1;").verdict, Verdict::pass);
  auto session = connect();
  test::exec(session, "SET default_transaction_read_only = on");
  const auto finding = check("writable", "SELECT 1;", session);
  EXPECT_EQ(finding.verdict, Verdict::stop);
  EXPECT_TRUE(says(finding.remedy, "default_transaction_read_only=off")) << finding.remedy;
}

TEST_F(ServerChecks, connections_of_the_server_are_counted) {
  limits_.connections_left = 5;
  EXPECT_EQ(check("connections", "SELECT 1;").verdict, Verdict::pass);
  limits_.connections_left = 10'000;
  const auto finding = check("connections", "SELECT 1;");
  EXPECT_EQ(finding.verdict, Verdict::warn);
  EXPECT_TRUE(says(finding.found, "in use of the " + value("SHOW max_connections")))
      << finding.found;
}

TEST_F(ServerChecks, a_role_at_its_connection_limit_stops) {
  const auto role = make_role("last");
  exec("ALTER ROLE " + role + " CONNECTION LIMIT 1");
  auto session = connect_as(role);
  const auto finding = check("connections", "SELECT 1;", session);
  EXPECT_EQ(finding.verdict, Verdict::stop);
  EXPECT_TRUE(says(finding.found, "1 in use of the 1 connection that role")) << finding.found;
  EXPECT_TRUE(says(finding.remedy, "CONNECTION LIMIT -1")) << finding.remedy;
}

TEST_F(ServerChecks, a_missing_plpgsql_stops_only_a_plan_that_needs_it) {
  EXPECT_EQ(check("plpgsql", "DO $$BEGIN END$$;").verdict, Verdict::pass);
  exec("DROP EXTENSION plpgsql");
  const auto needed = check("plpgsql", "DO $$BEGIN END$$;");
  EXPECT_EQ(needed.verdict, Verdict::stop);
  EXPECT_EQ(needed.remedy, "CREATE EXTENSION plpgsql;");
  EXPECT_EQ(check("plpgsql", "SELECT 1;").verdict, Verdict::warn);
  EXPECT_EQ(check("writable", "SELECT 1;").verdict, Verdict::pass)
      << "one refused question must not silence the others";
}

TEST_F(ServerChecks, plpgsql_that_the_role_may_not_use_is_granted) {
  exec("REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC");
  const auto role = make_role("silent");
  auto session = connect_as(role);
  const auto finding = check("plpgsql", "DO $$BEGIN END$$;", session);
  EXPECT_EQ(finding.verdict, Verdict::stop);
  EXPECT_EQ(finding.remedy, "GRANT USAGE ON LANGUAGE plpgsql TO \"" + role + "\";");
}

TEST_F(ServerChecks, little_free_space_warns) {
  limits_.disk_free_mb = 0;
  EXPECT_EQ(check("disk", "SELECT 1;").verdict, Verdict::pass);
  limits_.disk_free_mb = 1LL << 40;
  EXPECT_EQ(check("disk", "SELECT 1;").verdict, Verdict::warn);
}

// A further segment of the table's file, sparse, makes it larger than the disk.
TEST_F(ServerChecks, a_rewrite_that_cannot_fit_stops) {
  exec("CREATE TABLE huge (id int)");
  exec("INSERT INTO huge VALUES (1)");
  const std::string file = value("SELECT current_setting('data_directory') || '/' || "
                                 "pg_relation_filepath('huge')") +
                           ".1";
  {
    std::ofstream segment(file);
  }
  std::filesystem::resize_file(file, std::uintmax_t{1} << 41);
  const auto sure = check("disk", "VACUUM FULL huge;");
  const auto perhaps = check("disk", "ALTER TABLE huge ALTER COLUMN id TYPE bigint;");
  const auto harmless = check("disk", "ALTER TABLE other ADD COLUMN x int;");
  std::filesystem::remove(file);
  EXPECT_EQ(sure.verdict, Verdict::stop) << sure.found;
  EXPECT_EQ(perhaps.verdict, Verdict::warn) << perhaps.found;
  EXPECT_EQ(harmless.verdict, Verdict::pass) << harmless.found;
}

// Fails when the size of a table that is held exclusively is asked for: that would wait.
TEST_F(ServerChecks, a_table_that_is_held_exclusively_is_not_waited_for) {
  exec("CREATE TABLE held (id int)");
  auto holder = connect();
  test::exec(holder, "BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE");
  EXPECT_NE(check("disk", "ALTER TABLE held ADD COLUMN x int;").verdict, Verdict::unknown);
}

TEST_F(ServerChecks, a_role_that_may_not_see_the_data_folder_does_not_know) {
  auto session = connect_as(make_role("blind"));
  const auto finding = check("disk", "SELECT 1;", session);
  EXPECT_EQ(finding.verdict, Verdict::unknown);
  EXPECT_TRUE(says(finding.remedy, "GRANT pg_read_all_settings TO")) << finding.remedy;
  EXPECT_FALSE(finding.matters);
}

TEST_F(ServerChecks, without_a_pooler_none_is_found) {
  EXPECT_EQ(check("pooler", "SELECT 1;").verdict, Verdict::pass);
}

TEST_F(ServerChecks, skipped_checks_are_named_and_unknown_names_refused) {
  limits_.skip = {"disk", "pooler"};
  auto session = connect();
  const auto found = report(session, "SELECT 1;");
  EXPECT_EQ(found.skipped, (std::vector<std::string>{"pooler", "disk"}));
  EXPECT_EQ(found.findings.size(), check_names().size() - 2);
  limits_.skip = {"dsik"};
  const auto refused =
      examine(session, plan_for("SELECT 1;"), "slipway", limits_, test::long_wait());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::configuration);
  EXPECT_EQ(refused.error().hint, "did you mean disk?");
}

TEST_F(ServerChecks, warn_only_turns_a_stop_into_a_warning) {
  limits_.warn_only = {"writable"};
  auto session = connect();
  test::exec(session, "SET default_transaction_read_only = on");
  EXPECT_EQ(check("writable", "SELECT 1;", session).verdict, Verdict::warn);
  EXPECT_TRUE(report(session, "SELECT 1;").may_start());
}

// Names are resolved and operators found as the server means them, whatever search_path holds.
TEST_F(ServerChecks, operators_of_the_user_are_not_used) {
  exec("CREATE SCHEMA evil");
  exec("CREATE FUNCTION evil.never(text, text) RETURNS bool LANGUAGE sql AS 'SELECT 1/0 = 1'");
  exec("CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.never)");
  exec("CREATE OPERATOR evil.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.never)");
  auto session = connect();
  test::exec(session, "SET search_path = evil, pg_catalog, public");
  const auto found = report(session, "ALTER TABLE public.t ADD COLUMN x int;");
  for (const auto& finding : found.findings)
    EXPECT_FALSE(says(finding.found, "could not be looked at"))
        << finding.check << ": " << finding.found;
}

} // namespace
} // namespace slipway::preflight
