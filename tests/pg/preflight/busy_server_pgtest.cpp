// Checks that need a server set up for them: prepared transactions, and an autovacuum that takes
// its time.
#include "preflight_test.hpp"

namespace slipway::preflight {
namespace {

class BusyServer : public PreflightTest {
protected:
  void SetUp() override {
    auto options = test::server_options();
    options.settings = {{"max_prepared_transactions", "4"},
                        {"autovacuum_naptime", "1s"},
                        {"autovacuum_vacuum_cost_delay", "100ms"},
                        {"autovacuum_vacuum_cost_limit", "1"},
                        {"autovacuum_freeze_max_age", "100000"}};
    auto started = pg::Cluster::start(options, test::long_wait());
    ASSERT_TRUE(started) << started.error().message;
    server_.emplace(std::move(*started));
    url_ = server_->connection_string();
    limits_.long_transaction = Millis(600'000);
    exec("CREATE TABLE t (id int) WITH (autovacuum_enabled = off)");
  }
  void TearDown() override {
    close_looker();
    server_.reset();
  }
  void await_vacuum() {
    await("EXISTS (SELECT FROM pg_stat_progress_vacuum WHERE relid = 't'::regclass)");
  }
  std::optional<pg::Cluster> server_;
  static constexpr const char* k_alter = "ALTER TABLE t ADD COLUMN x int;";
};

TEST_F(BusyServer, a_prepared_transaction_is_named_with_its_end) {
  EXPECT_EQ(check("prepared-transactions", k_alter).verdict, Verdict::pass);
  {
    auto session = connect();
    test::exec(session, "BEGIN; SELECT * FROM t; PREPARE TRANSACTION 'it''s lost'");
  }
  const auto finding = check("prepared-transactions", k_alter);
  EXPECT_EQ(finding.verdict, Verdict::warn);
  EXPECT_TRUE(says(finding.found, "1 prepared transaction, 1 with locks on tables of the plan"))
      << finding.found;
  EXPECT_TRUE(says(finding.remedy, "ROLLBACK PREPARED 'it''s lost';")) << finding.remedy;
  EXPECT_EQ(check("prepared-transactions", "ALTER TABLE other ADD COLUMN x int;").verdict,
            Verdict::pass)
      << "young, and not on a table of the plan";
  limits_.long_transaction = Millis(0);
  EXPECT_EQ(check("prepared-transactions", "ALTER TABLE other ADD COLUMN x int;").verdict,
            Verdict::warn)
      << "old";
  exec(finding.remedy.substr(0, finding.remedy.find(';')));
  EXPECT_EQ(check("prepared-transactions", k_alter).verdict, Verdict::pass);
}

TEST_F(BusyServer, an_autovacuum_at_work_is_told_with_its_progress) {
  exec("INSERT INTO t SELECT generate_series(1, 200000)");
  exec("DELETE FROM t WHERE id % 2 = 0");
  exec("ALTER TABLE t SET (autovacuum_enabled = on, autovacuum_vacuum_threshold = 1, "
       "autovacuum_vacuum_scale_factor = 0)");
  await_vacuum();
  const auto finding = check("autovacuum", k_alter);
  EXPECT_EQ(finding.verdict, Verdict::warn);
  EXPECT_TRUE(says(finding.found, "1 autovacuum worker on tables of the plan")) << finding.found;
  EXPECT_TRUE(says(finding.found, " blocks)")) << finding.found;
  EXPECT_TRUE(says(finding.remedy, "SELECT pg_cancel_backend(")) << finding.remedy;
  auto blind = connect_as(make_role("blind"));
  const auto unseen = check("autovacuum", k_alter, blind);
  EXPECT_EQ(unseen.verdict, Verdict::warn);
  EXPECT_TRUE(says(unseen.found, "it may be one against wraparound")) << unseen.found;
  EXPECT_EQ(check("autovacuum", "ALTER TABLE other ADD COLUMN x int;").verdict, Verdict::pass);
}

// Fails when an autovacuum against wraparound is taken for an ordinary one: its remedy would cancel
// it.
TEST_F(BusyServer, an_autovacuum_against_wraparound_is_never_to_be_cancelled) {
  exec("INSERT INTO t SELECT generate_series(1, 200000)");
  exec("UPDATE pg_class SET relfrozenxid = '4294000000' WHERE oid = 't'::regclass");
  exec("UPDATE pg_database SET datfrozenxid = '4294000000' WHERE datname = current_database()");
  await_vacuum();
  const auto finding = check("autovacuum", k_alter);
  EXPECT_EQ(finding.verdict, Verdict::warn);
  EXPECT_TRUE(says(finding.found, "is against wraparound")) << finding.found;
  EXPECT_FALSE(says(finding.remedy, "pg_cancel_backend")) << finding.remedy;
}

} // namespace
} // namespace slipway::preflight
