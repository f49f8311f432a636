// Checks of what others do: old transactions, ages, standbys; and what a role without
// privileges makes of them.
#include "preflight_test.hpp"

#include <chrono>
#include <thread>

namespace slipway::preflight {
namespace {

class Activity : public PreflightTest {
protected:
  void SetUp() override {
    PreflightTest::SetUp();
    limits_.long_transaction = Millis(0);
    exec("CREATE TABLE t (id int)");
    close_looker();
  }
  static constexpr const char* k_alter = "ALTER TABLE t ADD COLUMN x int;";
};

TEST_F(Activity, an_idle_transaction_on_our_table_is_described_and_can_be_ended) {
  EXPECT_EQ(check("long-transactions", k_alter).verdict, Verdict::pass);
  auto holder = connect();
  test::exec(holder, "SET application_name = 'the report'");
  test::exec(holder, "BEGIN; SELECT * FROM t");
  const auto finding = check("long-transactions", k_alter);
  EXPECT_EQ(finding.verdict, Verdict::warn);
  EXPECT_TRUE(says(finding.found, "1 with locks on tables of the plan")) << finding.found;
  EXPECT_TRUE(says(finding.found, "the report")) << finding.found;
  EXPECT_TRUE(says(finding.found, "idle in transaction")) << finding.found;
  EXPECT_EQ(finding.remedy, "slipway locks cancel " +
                                test::value(holder, "SELECT pg_backend_pid()") + " --terminate");
  limits_.long_transaction = Millis(600'000);
  EXPECT_EQ(check("long-transactions", k_alter).verdict, Verdict::pass) << "it is not that old";
}

TEST_F(Activity, an_old_snapshot_elsewhere_holds_up_a_concurrent_build) {
  auto holder = connect();
  test::exec(holder, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
  const auto finding = check("long-transactions", "CREATE INDEX CONCURRENTLY ON t (id);");
  EXPECT_EQ(finding.verdict, Verdict::warn);
  EXPECT_TRUE(says(finding.found, "0 with locks")) << finding.found;
  EXPECT_TRUE(says(finding.found, "1 holds an old snapshot")) << finding.found;
  EXPECT_TRUE(says(finding.found, "the concurrent index build of the plan waits for it"));
  EXPECT_FALSE(says(check("long-transactions", k_alter).found, "concurrent index build"));
}

// Fails when a NULL xact_start passes for a young transaction.
TEST_F(Activity, what_a_role_may_not_see_is_unknown_not_passed) {
  const auto role = make_role("blind");
  close_looker();
  {
    auto alone = connect_as(role);
    // The session that was closed is there for a moment yet.
    const auto wait = test::long_wait();
    while (test::value(alone, "SELECT count(*) FROM pg_stat_activity WHERE datname = "
                              "current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT "
                              "NULL") != "0" &&
           !wait.deadline.passed())
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(check("long-transactions", k_alter, alone).verdict, Verdict::pass);
  }
  auto holder = connect();
  test::exec(holder, "BEGIN; SELECT * FROM t");
  auto session = connect_as(role);
  const auto finding = check("long-transactions", k_alter, session);
  EXPECT_EQ(finding.verdict, Verdict::unknown);
  EXPECT_TRUE(says(finding.found, "1 session of other users cannot be seen")) << finding.found;
  EXPECT_EQ(finding.remedy, "GRANT pg_read_all_stats TO \"" + role + "\";");
  EXPECT_FALSE(finding.matters) << "it could only have warned";
  exec("GRANT pg_read_all_stats TO " + role);
  auto seeing = connect_as(role);
  EXPECT_EQ(check("long-transactions", k_alter, seeing).verdict, Verdict::warn);
}

// The database is young, so a freeze age in the past of the whole counter stands for an old table.
TEST_F(Activity, a_table_soon_to_be_vacuumed_against_wraparound_is_warned_of) {
  exec("ALTER TABLE t SET (autovacuum_freeze_max_age = 1000000)");
  EXPECT_EQ(check("autovacuum", k_alter).verdict, Verdict::pass);
  exec("UPDATE pg_class SET relfrozenxid = '4294000000' WHERE oid = 't'::regclass");
  const auto finding = check("autovacuum", k_alter);
  EXPECT_EQ(finding.verdict, Verdict::warn);
  EXPECT_TRUE(says(finding.found, "public.t is at 9")) << finding.found;
  EXPECT_EQ(finding.remedy, "VACUUM (FREEZE) public.t;");
  EXPECT_EQ(check("autovacuum", "ALTER TABLE other ADD COLUMN x int;").verdict, Verdict::pass)
      << "not a table of the plan";
}

// A walsender that a role may not look into is still known to be there.
TEST_F(Activity, standbys_are_measured_or_said_to_be_hidden) {
  limits_.replication_lag_mb = 0;
  EXPECT_TRUE(says(check("replication-lag", k_alter).found, "no standby is connected"));
  const auto role = make_role("blind");
  auto standby = test::connect(url_ + "&replication=database");
  EXPECT_EQ(check("replication-lag", k_alter).verdict, Verdict::pass);
  // Behind by more than less than nothing: every standby is.
  limits_.replication_lag_mb = -1;
  const auto behind = check("replication-lag", k_alter);
  EXPECT_EQ(behind.verdict, Verdict::warn);
  EXPECT_TRUE(says(behind.found, "1 standby connection, 1 too far behind")) << behind.found;
  auto blind = connect_as(role);
  const auto unseen = check("replication-lag", k_alter, blind);
  EXPECT_EQ(unseen.verdict, Verdict::unknown) << unseen.found;
  EXPECT_TRUE(says(unseen.remedy, "GRANT pg_read_all_stats")) << unseen.remedy;
}

} // namespace
} // namespace slipway::preflight
