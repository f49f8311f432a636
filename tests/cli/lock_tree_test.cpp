// The tree of waiting sessions as people and programs read it.
#include "lock_tree_output.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {
namespace {

using locks::BlockingTree;
using locks::TreeLock;
using locks::TreeSession;

class LockTreeOutput : public ::testing::Test {
protected:
  std::string text(std::vector<TreeSession> sessions) {
    locks::arrange(sessions);
    const BlockingTree tree{.sessions = std::move(sessions), .database = "shop", .user = "ops"};
    const observe::Output out(1, {}, masker_);
    return lock_tree_text(tree, out);
  }
  static TreeSession waiter(int pid, std::vector<std::size_t> blocked_by) {
    TreeSession one{.pid = pid, .application_name = "web", .user = "app", .state = "active"};
    one.wanted = TreeLock{.object = "public.t", .mode = "ACCESS SHARE"};
    one.waited_s = 2;
    one.blocked_by = std::move(blocked_by);
    return one;
  }
  Masker masker_;
};

TEST_F(LockTreeOutput, levels_are_joined_by_lines) {
  TreeSession holder{
      .pid = 1, .application_name = "report", .user = "app", .state = "idle in transaction"};
  holder.held = {{"public.t", "ACCESS SHARE"}};
  EXPECT_EQ(text({holder, waiter(2, {0}), waiter(3, {1}), waiter(4, {0}), waiter(5, {0, 3})}),
            "4 sessions wait in shop for locks, behind 1 that does not\n"
            "\n"
            "pid 1 report (user app)  idle in transaction\n"
            "│    holds ACCESS SHARE on public.t\n"
            "├─ pid 2 web (user app)  waits 2 s for ACCESS SHARE on public.t\n"
            "│  └─ pid 3 web (user app)  waits 2 s for ACCESS SHARE on public.t\n"
            "└─ pid 4 web (user app)  waits 2 s for ACCESS SHARE on public.t\n"
            "   └─ pid 5 web (user app)  waits 2 s for ACCESS SHARE on public.t\n"
            "           also waits for pid 1\n"
            "\n"
            "to free those behind pid 1: slipway locks cancel 1 --terminate\n");
}

TEST_F(LockTreeOutput, a_prepared_transaction_is_freed_by_its_name) {
  TreeSession prepared{.prepared_gid = "it's", .user = "app", .transaction_age_s = 60};
  const auto shown = text({prepared, waiter(2, {0})});
  EXPECT_NE(shown.find("prepared transaction 'it''s' (user app), prepared 1 min ago"),
            std::string::npos)
      << shown;
  EXPECT_NE(shown.find("ROLLBACK PREPARED 'it''s';"), std::string::npos) << shown;
}

TEST_F(LockTreeOutput, what_is_hidden_is_said_with_the_grant) {
  TreeSession holder{.pid = 1, .application_name = "report", .user = "app", .hidden = true};
  const auto shown = text({holder, waiter(2, {0})});
  EXPECT_NE(shown.find("pid 1 report (user app)  its state is hidden"), std::string::npos) << shown;
  EXPECT_NE(
      shown.find(
          "of 1 session, state, age and query are hidden from user ops: GRANT pg_read_all_stats TO \"ops\";"),
      std::string::npos)
      << shown;
}

TEST_F(LockTreeOutput, a_circle_and_an_upper_bound_are_said) {
  auto first = waiter(1, {1});
  first.waited_at_most = true;
  const auto shown = text({first, waiter(2, {0})});
  EXPECT_NE(shown.find("waits at most 2 s"), std::string::npos) << shown;
  EXPECT_NE(shown.find("a deadlock"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("to free those"), std::string::npos) << shown;
}

TEST_F(LockTreeOutput, text_of_the_server_cannot_drive_the_terminal_and_secrets_are_masked) {
  masker_.add("hunter22");
  auto bad = waiter(2, {0});
  bad.application_name = "\x1b[2Jevil";
  bad.query = "ALTER ROLE x PASSWORD 'hunter22'";
  const auto shown = text({TreeSession{.pid = 1}, bad});
  EXPECT_EQ(shown.find('\x1b'), std::string::npos) << shown;
  EXPECT_EQ(shown.find("hunter22"), std::string::npos) << shown;
}

TEST_F(LockTreeOutput, as_json_each_names_its_blockers) {
  std::vector<TreeSession> sessions{TreeSession{.prepared_gid = "g"}, waiter(2, {0})};
  locks::arrange(sessions);
  const auto json = lock_tree_json({.sessions = sessions, .database = "shop", .user = "ops"});
  EXPECT_EQ(json["waiting"], 1);
  EXPECT_TRUE(json["sessions"][0]["wanted"].is_null());
  EXPECT_EQ(json["sessions"][1]["blocked_by"][0]["prepared_gid"], "g");
  EXPECT_EQ(json["sessions"][1]["waited_s"], 2.0);
}

} // namespace
} // namespace slipway::cli
