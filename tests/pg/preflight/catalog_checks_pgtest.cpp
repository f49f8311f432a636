// Checks of what the catalog holds: invalid indexes, unvalidated constraints, slots, publications.
#include "preflight_test.hpp"

namespace slipway::preflight {
namespace {

class CatalogChecks : public PreflightTest {
protected:
  void SetUp() override {
    PreflightTest::SetUp();
    exec("CREATE TABLE t (id int)");
  }
  void fail_to_build(const std::string& index) {
    exec("INSERT INTO t VALUES (1), (1)");
    auto session = connect();
    ASSERT_FALSE(session.execute(
        SqlText("CREATE UNIQUE INDEX CONCURRENTLY " + index + " ON t (id)"), test::long_wait()));
  }
  static constexpr const char* k_alter = "ALTER TABLE t ADD COLUMN x int;";
};

TEST_F(CatalogChecks, an_invalid_index_is_named_with_its_drop) {
  EXPECT_EQ(check("invalid-indexes", k_alter).verdict, Verdict::pass);
  fail_to_build("broken");
  const auto finding = check("invalid-indexes", k_alter);
  EXPECT_EQ(finding.verdict, Verdict::warn);
  EXPECT_EQ(finding.remedy, "DROP INDEX CONCURRENTLY public.broken;");
  exec(finding.remedy);
  EXPECT_EQ(check("invalid-indexes", k_alter).verdict, Verdict::pass);
}

TEST_F(CatalogChecks, a_partitioned_index_that_waits_for_its_parts_is_well) {
  exec("CREATE TABLE p (id int) PARTITION BY RANGE (id)");
  exec("CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)");
  exec("CREATE INDEX only_parent ON ONLY p (id)");
  ASSERT_EQ(value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'only_parent'::regclass"),
            "f");
  EXPECT_EQ(check("invalid-indexes", "ALTER TABLE p ADD COLUMN x int;").verdict, Verdict::pass);
}

// A build waits for the transaction that holds an old snapshot; meanwhile its index is invalid.
TEST_F(CatalogChecks, an_index_in_the_making_is_not_invalid) {
  const auto role = make_role("blind");
  auto holder = connect();
  test::exec(holder, "BEGIN; INSERT INTO t VALUES (7)");
  std::thread builder([this] {
    auto session = connect();
    test::exec(session, "CREATE INDEX CONCURRENTLY growing ON t (id)");
  });
  await("EXISTS (SELECT FROM pg_index WHERE NOT indisvalid AND indrelid = 't'::regclass)");
  const auto seen = check("invalid-indexes", k_alter);
  auto blind = connect_as(role);
  const auto unseen = check("invalid-indexes", k_alter, blind);
  test::exec(holder, "ROLLBACK");
  builder.join();
  EXPECT_EQ(seen.verdict, Verdict::pass) << seen.found;
  EXPECT_EQ(unseen.verdict, Verdict::unknown) << unseen.found;
}

TEST_F(CatalogChecks, the_partitions_of_a_table_count_as_its_own) {
  exec("CREATE TABLE p (id int) PARTITION BY RANGE (id)");
  exec("ALTER TABLE t ADD CHECK (id IS NOT NULL)");
  fail_to_build("broken");
  exec("DELETE FROM t");
  EXPECT_EQ(check("invalid-indexes", "ALTER TABLE p ADD COLUMN x int;").verdict, Verdict::pass);
  exec("ALTER TABLE p ATTACH PARTITION t FOR VALUES FROM (0) TO (10)");
  EXPECT_EQ(check("invalid-indexes", "ALTER TABLE p ADD COLUMN x int;").verdict, Verdict::warn);
}

TEST_F(CatalogChecks, a_constraint_not_validated_is_named_with_its_statement) {
  EXPECT_EQ(check("unvalidated-constraints", k_alter).verdict, Verdict::pass);
  exec("ALTER TABLE t ADD CONSTRAINT positive CHECK (id > 0) NOT VALID");
  const auto finding = check("unvalidated-constraints", k_alter);
  EXPECT_EQ(finding.verdict, Verdict::warn);
  EXPECT_EQ(finding.remedy, "ALTER TABLE public.t VALIDATE CONSTRAINT positive;");
  EXPECT_EQ(check("unvalidated-constraints", finding.remedy).verdict, Verdict::pass)
      << "the plan validates it itself";
  exec(finding.remedy);
  EXPECT_EQ(check("unvalidated-constraints", k_alter).verdict, Verdict::pass);
}

// NOT ENFORCED is there from 18 on; before, there is nothing that could be taken for it.
TEST_F(CatalogChecks, a_constraint_that_is_not_enforced_does_not_count) {
  constexpr int k_has_not_enforced = 18;
  if (major_version() >= k_has_not_enforced)
    exec("ALTER TABLE t ADD CONSTRAINT loose CHECK (id > 0) NOT ENFORCED");
  EXPECT_EQ(check("unvalidated-constraints", k_alter).verdict, Verdict::pass);
}

TEST_F(CatalogChecks, what_a_deploy_keeps_for_its_own_rollback_is_no_news) {
  exec("SELECT pg_create_physical_replication_slot('slipway_1_after_run_1', true);"
       "CREATE PUBLICATION slipway_1_after_run_1 FOR TABLE t");
  const auto slots = check("replication-slots", k_alter);
  const auto publications = check("logical-replication", k_alter);
  exec("SELECT pg_drop_replication_slot('slipway_1_after_run_1');"
       "DROP PUBLICATION slipway_1_after_run_1");
  EXPECT_EQ(slots.verdict, Verdict::pass) << slots.found;
  EXPECT_EQ(publications.verdict, Verdict::pass) << publications.found;
}

TEST_F(CatalogChecks, a_slot_that_nobody_reads_is_warned_of) {
  EXPECT_EQ(check("replication-slots", k_alter).verdict, Verdict::pass);
  exec("SELECT pg_create_physical_replication_slot('nobody_reads', true)");
  const auto finding = check("replication-slots", k_alter);
  exec("SELECT pg_drop_replication_slot('nobody_reads')");
  EXPECT_EQ(finding.verdict, Verdict::warn);
  EXPECT_TRUE(says(finding.found, "nobody_reads is inactive")) << finding.found;
  EXPECT_TRUE(says(finding.remedy, "pg_drop_replication_slot('nobody_reads')")) << finding.remedy;
}

TEST_F(CatalogChecks, a_published_table_that_is_altered_is_warned_of) {
  EXPECT_EQ(check("logical-replication", k_alter).verdict, Verdict::pass);
  exec("CREATE PUBLICATION news FOR TABLE t");
  const auto finding = check("logical-replication", k_alter);
  EXPECT_EQ(finding.verdict, Verdict::warn);
  EXPECT_TRUE(says(finding.found, "published by news: public.t")) << finding.found;
  EXPECT_TRUE(says(finding.remedy, "every subscriber, before it runs here")) << finding.remedy;
  EXPECT_EQ(check("logical-replication", "CREATE INDEX ON t (id);").verdict, Verdict::pass)
      << "an index is no matter of the subscribers";
  exec("DROP PUBLICATION news; CREATE PUBLICATION everything FOR ALL TABLES");
  EXPECT_EQ(check("logical-replication", k_alter).verdict, Verdict::warn);
}

TEST_F(CatalogChecks, a_subscribed_table_is_altered_here_first) {
  exec("CREATE TABLE src (id int)");
  // A subscription without a publisher, made by hand: what the check reads is what is in it.
  exec("CREATE SUBSCRIPTION feed CONNECTION 'dbname=nowhere' PUBLICATION news "
       "WITH (connect = false, slot_name = NONE)");
  EXPECT_EQ(check("logical-replication", k_alter).verdict, Verdict::pass);
  exec("INSERT INTO pg_subscription_rel SELECT oid, 't'::regclass, 'r', NULL FROM pg_subscription "
       "WHERE subname = 'feed'");
  const auto finding = check("logical-replication", k_alter);
  exec("DROP SUBSCRIPTION feed");
  EXPECT_EQ(finding.verdict, Verdict::warn);
  EXPECT_TRUE(says(finding.remedy, "before the publisher")) << finding.remedy;
}

TEST_F(CatalogChecks, without_standbys_there_is_no_lag) {
  EXPECT_EQ(check("replication-lag", k_alter).verdict, Verdict::pass);
}

} // namespace
} // namespace slipway::preflight
