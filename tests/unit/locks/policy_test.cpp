#include "slipway/locks/policy.hpp"

#include <gtest/gtest.h>

namespace slipway::locks {
namespace {

Blocker client(const std::string& state) {
  Blocker blocker;
  blocker.pid = 77;
  blocker.application_name = "report";
  blocker.user = "app";
  blocker.state = state;
  blocker.query = "SELECT 1";
  return blocker;
}

Policy policy(OnBlocked on_blocked) {
  Policy policy;
  policy.on_blocked = on_blocked;
  policy.never_signal = {"pg_dump*"};
  return policy;
}

Signal signal_for(const Blocker& blocker, OnBlocked on_blocked) {
  const auto verdict = may_signal(blocker, policy(on_blocked));
  EXPECT_EQ(verdict.why.empty(), verdict.signal != Signal::none) << "a refusal has a reason";
  return verdict.signal;
}

TEST(Policy, ACancelGoesOnlyToSessionsThatRunAStatement) {
  EXPECT_EQ(signal_for(client("active"), OnBlocked::cancel), Signal::cancel);
  EXPECT_EQ(signal_for(client("idle in transaction"), OnBlocked::cancel), Signal::none);
}

TEST(Policy, TerminateEndsIdleTransactionsAndCancelsTheRest) {
  EXPECT_EQ(signal_for(client("idle in transaction"), OnBlocked::terminate), Signal::terminate);
  EXPECT_EQ(signal_for(client("active"), OnBlocked::terminate), Signal::cancel);
}

TEST(Policy, NobodyIsTouchedWhenThePolicyIsToWait) {
  for (const auto* state : {"active", "idle in transaction"}) {
    EXPECT_EQ(signal_for(client(state), OnBlocked::wait), Signal::none);
    EXPECT_EQ(signal_for(client(state), OnBlocked::one_shot), Signal::none);
  }
}

TEST(Policy, SomeAreNeverTouchedWhateverThePolicy) {
  auto superuser = client("active");
  superuser.superuser = true;
  auto backup = client("active");
  backup.application_name = "pg_dump nightly";
  auto asked = client("active");
  asked.query = "/* slipway:no-kill */ SELECT 1";
  auto hidden = client("active");
  hidden.visible = false;
  std::vector<Blocker> untouchable{superuser, backup, asked, hidden};
  for (const auto kind : {BlockerKind::prepared, BlockerKind::wraparound, BlockerKind::autovacuum,
                          BlockerKind::other}) {
    untouchable.push_back(client("active"));
    untouchable.back().kind = kind;
  }
  for (const auto& blocker : untouchable) {
    EXPECT_EQ(signal_for(blocker, OnBlocked::cancel), Signal::none) << blocker.describe();
    EXPECT_EQ(signal_for(blocker, OnBlocked::terminate), Signal::none) << blocker.describe();
  }
}

TEST(Policy, AStarStandsForAnyText) {
  EXPECT_TRUE(matches("pg_dump*", "pg_dump"));
  EXPECT_TRUE(matches("pg_dump*", "pg_dump: table 1"));
  EXPECT_TRUE(matches("*dump*", "my pg_dump here"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("a*b*c", "a1b2b3c"));
  EXPECT_FALSE(matches("pg_dump*", "xpg_dump"));
  EXPECT_FALSE(matches("pg_dump", "pg_dump2"));
  EXPECT_FALSE(matches("a*b*c", "a1b2b3"));
  EXPECT_FALSE(matches("", "x"));
  EXPECT_TRUE(matches("", ""));
}

TEST(Blockers, EverythingAPersonNeedsIsInTheSentence) {
  auto blocker = client("idle in transaction");
  blocker.relation = "public.orders";
  blocker.mode = "ACCESS SHARE";
  blocker.transaction_age_s = 190;
  EXPECT_EQ(blocker.describe(),
            "pid 77 (report, user app, idle in transaction for 3 min 10 s) holds "
            "ACCESS SHARE on public.orders: SELECT 1");
  blocker.visible = false;
  blocker.transaction_age_s.reset();
  blocker.query.clear();
  EXPECT_NE(blocker.describe().find("state hidden from this role"), std::string::npos);
}

} // namespace
} // namespace slipway::locks
