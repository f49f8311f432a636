// The tree of real sessions.
#include "slipway/locks/blocking_tree.hpp"

#include "blocked_sessions.hpp"

#include <gtest/gtest.h>

namespace slipway::locks {
namespace {

class BlockingTreeTest : public test::BlockedSessionsTest {
protected:
  void SetUp() override {
    ServerTest::SetUp();
    exec("CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2)");
  }
  BlockingTree tree(pg::Session& session) {
    auto found = read_blocking_tree(session, test::long_wait());
    if (!found) throw std::runtime_error(found.error().message);
    return std::move(*found);
  }
  BlockingTree tree() {
    auto session = connect();
    return tree(session);
  }
  static const TreeSession& with_pid(const BlockingTree& tree, int pid) {
    for (const auto& one : tree.sessions)
      if (one.pid == pid) return one;
    throw std::runtime_error("not in the tree: " + std::to_string(pid));
  }
  static std::vector<int> blockers(const BlockingTree& tree, int pid) {
    std::vector<int> pids;
    for (const auto i : with_pid(tree, pid).blocked_by) pids.push_back(tree.sessions[i].pid);
    return pids;
  }
};

TEST_F(BlockingTreeTest, nobody_waits) {
  auto holder = connect();
  test::exec(holder, "BEGIN; LOCK TABLE t");
  EXPECT_TRUE(tree().sessions.empty());
}

// The scene that most screens show wrong: they name the idle holder as the blocker of the SELECTs.
// Fails when the queue is left out, as a join of held and wanted locks does.
TEST_F(BlockingTreeTest, selects_wait_for_the_alter_and_the_alter_for_the_idle_session) {
  auto holder = named("the report");
  test::exec(holder, "BEGIN; SELECT * FROM t");
  const auto alter = blocked("our migration", "ALTER TABLE t ADD COLUMN x int");
  const auto first = blocked("web 1", "SELECT count(*) FROM t");
  const auto second = blocked("web 2", "SELECT count(*) FROM t");
  const auto seen = tree();
  test::exec(holder, "COMMIT");

  ASSERT_EQ(seen.sessions.size(), 4U);
  EXPECT_EQ(seen.waiting(), 3U);
  EXPECT_EQ(seen.roots(), 1U);
  EXPECT_EQ(seen.sessions[0].pid, holder.backend_pid());
  EXPECT_EQ(seen.sessions[0].state, "idle in transaction");
  EXPECT_EQ(seen.sessions[0].application_name, "the report");
  ASSERT_EQ(seen.sessions[0].held.size(), 1U);
  EXPECT_EQ(seen.sessions[0].held[0].object, "public.t");
  EXPECT_EQ(seen.sessions[0].held[0].mode, "ACCESS SHARE");
  EXPECT_EQ(seen.sessions[1].pid, alter->pid());
  EXPECT_EQ(seen.sessions[1].wanted->mode, "ACCESS EXCLUSIVE");
  EXPECT_EQ(seen.sessions[1].query, "ALTER TABLE t ADD COLUMN x int");
  EXPECT_EQ(seen.sessions[1].wait_event, "Lock:relation");
  EXPECT_EQ(blockers(seen, alter->pid()), std::vector<int>{holder.backend_pid()});
  EXPECT_EQ(blockers(seen, first->pid()), std::vector<int>{alter->pid()});
  EXPECT_EQ(blockers(seen, second->pid()), std::vector<int>{alter->pid()});
  EXPECT_EQ(seen.sessions[2].pid, first->pid()) << "who came first stands first";
  EXPECT_EQ(seen.sessions[3].depth, 2U);
}

TEST_F(BlockingTreeTest, the_time_waited_is_told_or_bounded) {
  auto holder = connect();
  test::exec(holder, "BEGIN; LOCK TABLE t");
  const auto waiter = blocked("web", "SELECT count(*) FROM t");
  constexpr int k_tells_since_when = 14;
  await("clock_timestamp() - query_start > interval '50 ms' FROM pg_stat_activity WHERE pid = " +
        std::to_string(waiter->pid()));
  const auto seen = tree();
  test::exec(holder, "COMMIT");
  const auto& one = with_pid(seen, waiter->pid());
  EXPECT_EQ(one.waited_at_most, major_version() < k_tells_since_when);
  ASSERT_TRUE(one.waited_s);
  EXPECT_GT(*one.waited_s, 0.0);
}

TEST_F(BlockingTreeTest, a_row_is_waited_for_through_its_transaction) {
  auto holder = connect();
  test::exec(holder, "BEGIN; UPDATE t SET id = 3 WHERE id = 1");
  const auto first = blocked("web 1", "UPDATE t SET id = 4 WHERE id = 1");
  const auto second = blocked("web 2", "UPDATE t SET id = 5 WHERE id = 1");
  const auto seen = tree();
  test::exec(holder, "COMMIT");
  EXPECT_EQ(with_pid(seen, first->pid()).wanted->object.rfind("the end of transaction", 0), 0U)
      << with_pid(seen, first->pid()).wanted->object;
  EXPECT_EQ(with_pid(seen, second->pid()).wanted->object, "a row of public.t");
  EXPECT_EQ(seen.sessions[0].pid, holder.backend_pid());
  EXPECT_EQ(blockers(seen, second->pid()), std::vector<int>{first->pid()});
}

// Fails when NULL columns are taken for idle sessions without a statement.
TEST_F(BlockingTreeTest, what_the_role_may_not_see_is_hidden_and_the_tree_is_the_same) {
  const auto role = make_role("blind");
  auto holder = connect();
  test::exec(holder, "BEGIN; SELECT * FROM t");
  const auto alter = blocked("our migration", "ALTER TABLE t ADD COLUMN x int");
  const auto select = blocked("web", "SELECT count(*) FROM t");
  auto blind = connect_as(role);
  const auto seen = tree(blind);
  test::exec(holder, "COMMIT");
  ASSERT_EQ(seen.sessions.size(), 3U);
  EXPECT_EQ(seen.hidden(), 3U);
  EXPECT_EQ(seen.user, role);
  EXPECT_EQ(blockers(seen, select->pid()), std::vector<int>{alter->pid()});
  EXPECT_EQ(blockers(seen, alter->pid()), std::vector<int>{holder.backend_pid()});
  EXPECT_EQ(with_pid(seen, alter->pid()).query, "");
  EXPECT_EQ(with_pid(seen, alter->pid()).wanted->object, "public.t");
}

TEST_F(BlockingTreeTest, a_deadlock_that_is_not_found_yet_is_a_circle) {
  auto first = connect();
  auto second = connect();
  test::exec(first, "SET deadlock_timeout = '60s'; BEGIN; LOCK TABLE t");
  exec("CREATE TABLE u (id int)");
  test::exec(second, "SET deadlock_timeout = '60s'; BEGIN; LOCK TABLE u");
  const int first_pid = first.backend_pid();
  test::RunningStatement one(std::move(first), "LOCK TABLE u");
  test::RunningStatement two(std::move(second), "LOCK TABLE t");
  await("(SELECT count(*) FROM pg_locks WHERE NOT granted) = 2");
  const auto seen = tree();
  exec("SELECT pg_terminate_backend(" + std::to_string(first_pid) + ")");
  EXPECT_EQ(seen.sessions.size(), 2U);
  for (const auto& session : seen.sessions) EXPECT_TRUE(session.in_cycle);
  EXPECT_EQ(seen.roots(), 1U);
  EXPECT_FALSE(one.result());
  EXPECT_TRUE(two.result());
}

/// With a server that allows prepared transactions.
class PreparedRoot : public BlockingTreeTest {
protected:
  void SetUp() override {
    auto options = test::server_options();
    options.settings = {{"max_prepared_transactions", "4"}};
    auto started = pg::Cluster::start(options, test::long_wait());
    ASSERT_TRUE(started) << started.error().message;
    server_.emplace(std::move(*started));
    url_ = server_->connection_string();
    exec("CREATE TABLE t (id int); CREATE TABLE other (id int)");
  }
  void TearDown() override {
    close_looker();
    server_.reset();
  }
  std::optional<pg::Cluster> server_;
};

TEST_F(PreparedRoot, a_prepared_transaction_is_a_root_with_its_name) {
  {
    auto session = connect();
    test::exec(session, "BEGIN; LOCK TABLE other; PREPARE TRANSACTION 'innocent'");
    test::exec(session, "BEGIN; SELECT * FROM t; PREPARE TRANSACTION 'forgotten'");
  }
  const auto alter = blocked("our migration", "ALTER TABLE t ADD COLUMN x int");
  const auto seen = tree();
  exec("ROLLBACK PREPARED 'forgotten'");
  exec("ROLLBACK PREPARED 'innocent'");
  EXPECT_TRUE(alter->result());
  ASSERT_EQ(seen.sessions.size(), 2U);
  EXPECT_EQ(seen.sessions[0].pid, 0);
  EXPECT_EQ(seen.sessions[0].prepared_gid, "forgotten");
  EXPECT_EQ(seen.sessions[0].user, value("SELECT current_user"));
  EXPECT_TRUE(seen.sessions[0].transaction_age_s);
  ASSERT_EQ(seen.sessions[0].held.size(), 1U);
  EXPECT_EQ(seen.sessions[0].held[0].mode, "ACCESS SHARE");
  EXPECT_EQ(seen.sessions[1].pid, alter->pid());
}

} // namespace
} // namespace slipway::locks
