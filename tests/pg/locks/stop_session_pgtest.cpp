// Stopping a session that is in the way.
#include "slipway/locks/stop_session.hpp"

#include "blocked_sessions.hpp"

#include <gtest/gtest.h>

namespace slipway::locks {
namespace {

class StopSession : public test::BlockedSessionsTest {
protected:
  static StopCandidate candidate(pg::Session& session, int pid) {
    auto found = find_stop_candidate(session, pid, test::long_wait());
    if (!found) throw std::runtime_error(found.error().message);
    if (!*found) throw std::runtime_error("no such session");
    return std::move(**found);
  }
  std::unique_ptr<test::RunningStatement> sleeping(pg::Session session) {
    auto running =
        std::make_unique<test::RunningStatement>(std::move(session), "SELECT pg_sleep(600)");
    await("state = 'active' FROM pg_stat_activity WHERE pid = " + std::to_string(running->pid()));
    return running;
  }
};

TEST_F(StopSession, a_cancel_ends_the_statement_and_keeps_the_session) {
  const auto sleeper = sleeping(named("web"));
  auto session = connect();
  const auto found = candidate(session, sleeper->pid());
  EXPECT_NE(found.describe().find("web"), std::string::npos) << found.describe();
  EXPECT_NE(found.describe().find("pg_sleep"), std::string::npos) << found.describe();
  const auto outcome = stop_session(session, found, StopWith::cancel, test::long_wait());
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(*outcome, StopOutcome::stopped);
  EXPECT_EQ(sleeper->result().error().sql->sqlstate, "57014");
  EXPECT_TRUE(find_stop_candidate(session, sleeper->pid(), test::long_wait())->has_value());
}

TEST_F(StopSession, an_idle_transaction_is_ended_with_its_session) {
  exec("CREATE TABLE t (id int)");
  auto holder = connect();
  test::exec(holder, "BEGIN; SELECT * FROM t");
  auto session = connect();
  const auto found = candidate(session, holder.backend_pid());
  EXPECT_TRUE(found.is_idle_in_transaction());
  const auto outcome = stop_session(session, found, StopWith::terminate, test::long_wait());
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(*outcome, StopOutcome::stopped);
  EXPECT_EQ(value("SELECT count(*) FROM pg_locks WHERE relation = 't'::regclass AND granted"), "0");
}

// Fails when a pid alone decides: it may be somebody else's by now.
TEST_F(StopSession, a_session_that_is_not_the_one_found_is_left_alone) {
  const auto sleeper = sleeping(connect());
  auto session = connect();
  auto found = candidate(session, sleeper->pid());
  const auto true_identity = found.identity;
  found.identity = "2001-01-01 00:00:00+00";
  EXPECT_EQ(*stop_session(session, found, StopWith::terminate, test::long_wait()),
            StopOutcome::was_gone);
  found.identity = true_identity;
  EXPECT_EQ(*stop_session(session, found, StopWith::terminate, test::long_wait()),
            StopOutcome::stopped);
}

TEST_F(StopSession, our_own_session_is_known) {
  auto session = connect();
  EXPECT_TRUE(candidate(session, session.backend_pid()).is_own);
  const auto none = find_stop_candidate(session, 1, test::long_wait());
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->has_value());
}

TEST_F(StopSession, without_the_right_the_grant_is_named_and_with_it_it_works) {
  const auto role = make_role("weak");
  const auto victim = make_role("victim");
  const auto sleeper = sleeping(connect_as(victim));
  auto session = connect_as(role);
  const auto found = candidate(session, sleeper->pid());
  EXPECT_TRUE(found.hidden);
  EXPECT_EQ(found.user, victim);
  const auto refused = stop_session(session, found, StopWith::cancel, test::long_wait());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().sql->sqlstate, "42501");
  EXPECT_EQ(refused.error().hint, "GRANT pg_signal_backend TO \"" + role + "\";");
  EXPECT_EQ(refused.error().database_state, "nothing was changed");
  exec("GRANT pg_signal_backend TO " + role);
  auto again = connect_as(role);
  const auto outcome =
      stop_session(again, candidate(again, sleeper->pid()), StopWith::cancel, test::long_wait());
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(*outcome, StopOutcome::cannot_be_seen);
  EXPECT_FALSE(sleeper->result());
}

TEST_F(StopSession, a_superusers_session_is_only_a_superusers_matter) {
  const auto role = make_role("signaller");
  exec("GRANT pg_signal_backend TO " + role);
  const auto sleeper = sleeping(connect());
  auto session = connect_as(role);
  const auto refused = stop_session(session, candidate(session, sleeper->pid()),
                                    StopWith::terminate, test::long_wait());
  exec("SELECT pg_terminate_backend(" + std::to_string(sleeper->pid()) + ")");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().hint.find("only a superuser may stop it"), std::string::npos)
      << refused.error().hint;
}

} // namespace
} // namespace slipway::locks
