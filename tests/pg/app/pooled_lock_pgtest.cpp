#include "slipway/locks/pooled_lock.hpp"

#include "slipway/history/store.hpp"
#include "slipway/test/pooler.hpp"

#include <gtest/gtest.h>

namespace slipway::locks {
namespace {

class PooledLockTest : public test::ServerTest {
protected:
  /// One runner's side: its working session and its lock.
  struct Side {
    pg::Session working;
    PooledLock request;
  };

  static pg::Session open(const std::string& url, const std::string& name) {
    pg::ConnectOptions options;
    options.connection_string = url;
    options.application_name = name;
    auto session = pg::Session::open(options, test::long_wait());
    if (!session) throw std::runtime_error(session.error().message);
    session->name_statements(false);
    return std::move(*session);
  }

  std::unique_ptr<Side> side(const test::Pooler& pooler, const std::string& who) {
    const auto url = pooler.url(url_);
    auto side = std::make_unique<Side>(Side{open(url, "slipway:0:up"), {}});
    side->request.history_schema = "slipway";
    side->request.lock_wait = Millis(60'000);
    side->request.kind = "up";
    side->request.holder = who;
    side->request.open = [url](const std::string& name, const Wait& /*wait*/) {
      return Result<pg::Session>(open(url, name));
    };
    side->request.prepare = [](pg::Session& session, const Wait& wait) {
      return history::Store("slipway").prepare_within(session, wait);
    };
    return side;
  }

  Result<RunnerLock> acquire(Side& side) {
    return acquire_behind_pooler(side.working, side.request, silent_, test::long_wait());
  }

  /// A transaction of a run that writes one row.
  static Status work(Side& side, const RunnerLock& lock) {
    std::vector<pg::Query> queries{{SqlText("BEGIN"), {}}};
    for (auto& query : lock.fence()) queries.push_back(std::move(query));
    queries.push_back({SqlText("INSERT INTO public.work VALUES (1)"), {}});
    queries.push_back({SqlText("COMMIT"), {}});
    auto written = side.working.pipeline(queries, test::long_wait());
    if (!written) {
      const auto ended = side.working.execute(SqlText("ROLLBACK"), test::long_wait());
      static_cast<void>(ended);
      return fail(explain_fence(std::move(written).error()));
    }
    return {};
  }

  NullSink silent_;
};

TEST_F(PooledLockTest, TheWayFollowsWhatThePoolGives) {
  const test::Pooler wide("transaction", 3);
  const test::Pooler narrow("transaction", 1);
  {
    auto first = side(wide, "the first");
    const auto lock = acquire(*first);
    ASSERT_TRUE(lock) << lock.error().message;
    EXPECT_EQ(lock->mode(), "transaction");
  }
  auto second = side(narrow, "the second");
  const auto lock = acquire(*second);
  ASSERT_TRUE(lock) << lock.error().message;
  EXPECT_EQ(lock->mode(), "lease");
}

// Fails when LeaseHold::fence yields nothing: the row of the stale holder is then there.
TEST_F(PooledLockTest, AHolderWhoseLeaseWasTakenOverCannotCommit) {
  exec("CREATE TABLE work (id int)");
  const test::Pooler one("transaction", 1);
  const test::Pooler other("transaction", 1);
  auto stale = side(one, "the stale one");
  const auto first = acquire(*stale);
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_TRUE(work(*stale, *first));
  exec("UPDATE slipway.lease SET expires_at = clock_timestamp() - interval '1 s'");
  auto next = side(other, "the next one");
  const auto second = acquire(*next);
  ASSERT_TRUE(second) << second.error().message;
  const auto late = work(*stale, *first);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::lock_timeout) << late.error().message;
  EXPECT_NE(late.error().message.find("lost"), std::string::npos) << late.error().message;
  EXPECT_TRUE(work(*next, *second));
  EXPECT_EQ(value("SELECT count(*) FROM work"), "2");
}

// The transaction that is under way when the lease ends still counts: a lease is renewed within it.
TEST_F(PooledLockTest, ALeaseIsNotTakenOverDuringATransactionOfItsHolder) {
  exec("CREATE TABLE work (id int)");
  const test::Pooler one("transaction", 1);
  const test::Pooler other("transaction", 1);
  auto holder = side(one, "the holder");
  const auto lock = acquire(*holder);
  ASSERT_TRUE(lock) << lock.error().message;
  std::vector<pg::Query> begin{{SqlText("BEGIN"), {}}};
  for (auto& query : lock->fence()) begin.push_back(std::move(query));
  begin.push_back(
      {SqlText("UPDATE slipway.lease SET expires_at = clock_timestamp() - interval '1 s'"), {}});
  ASSERT_TRUE(holder->working.pipeline(begin, test::long_wait()));
  auto waiter = side(other, "the waiter");
  waiter->request.lock_wait = Millis(500);
  const auto refused = acquire(*waiter);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::lock_timeout) << refused.error().message;
  auto direct = connect();
  const auto also_refused =
      RunnerLock::acquire(direct, "slipway", Millis(500), silent_, test::long_wait());
  ASSERT_FALSE(also_refused);
  EXPECT_EQ(also_refused.error().code, ErrorCode::lock_timeout) << also_refused.error().message;
}

// Fails when other_lease is not asked.
TEST_F(PooledLockTest, ALeaseKeepsADirectRunnerOutUntilItEnds) {
  const test::Pooler one("transaction", 1);
  auto holder = side(one, "the holder on some host");
  const auto lock = acquire(*holder);
  ASSERT_TRUE(lock) << lock.error().message;
  auto direct = connect();
  const auto refused =
      RunnerLock::acquire(direct, "slipway", Millis(300), silent_, test::long_wait());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("the holder on some host"), std::string::npos)
      << refused.error().message;
  exec("UPDATE slipway.lease SET expires_at = clock_timestamp() - interval '1 s'");
  EXPECT_TRUE(RunnerLock::acquire(direct, "slipway", Millis(300), silent_, test::long_wait()));
  EXPECT_FALSE(work(*holder, *lock)) << "it was fenced off";
}

// Fails when TransactionHold::fence yields nothing.
TEST_F(PooledLockTest, AHolderWhoseLockConnectionIsGoneCannotCommit) {
  exec("CREATE TABLE work (id int)");
  const test::Pooler pooler("transaction", 3);
  auto holder = side(pooler, "the holder");
  auto lock = acquire(*holder);
  ASSERT_TRUE(lock) << lock.error().message;
  EXPECT_TRUE(work(*holder, *lock));
  EXPECT_TRUE(*lock->still_held(test::long_wait()));
  exec(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'slipway:0:lock' "
      "AND datname = current_database() AND state = 'idle in transaction'");
  while (value("SELECT count(*) FROM pg_locks JOIN pg_database AS d ON d.oid = database "
               "WHERE locktype = 'advisory' AND d.datname = current_database()") != "0") {
  }
  EXPECT_FALSE(work(*holder, *lock));
  EXPECT_FALSE(*lock->still_held(test::long_wait()));
  EXPECT_FALSE(lock->release(test::long_wait()));
  EXPECT_EQ(value("SELECT count(*) FROM work"), "1");
}

// Names can be hidden by a pooler; the transactions still keep apart. Fails when the fence does not
// take the working lock.
TEST_F(PooledLockTest, AnOpenTransactionOfAKilledRunnerIsWaitedForEvenWhenItsNameIsHidden) {
  const test::Pooler pooler("transaction", 4);
  auto ghost = connect();
  {
    auto killed = side(pooler, "the killed one");
    const auto lock = acquire(*killed);
    ASSERT_TRUE(lock) << lock.error().message;
    test::exec(ghost, "BEGIN");
    for (const auto& query : lock->fence())
      ASSERT_TRUE(ghost.query(query.sql, query.params, test::long_wait()));
  }
  auto next = side(pooler, "the next one");
  next->request.lock_wait = Millis(300);
  const auto refused = acquire(*next);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("killed"), std::string::npos) << refused.error().message;
  test::exec(ghost, "COMMIT");
  next->request.lock_wait = Millis(60'000);
  EXPECT_TRUE(acquire(*next));
}

class WarningSink final : public EventSink {
public:
  void on_event(const Event& event) override {
    warnings += std::holds_alternative<event::Warning>(event) ? 1 : 0;
  }
  int warnings = 0;
};

// Where nobody can see by its name that a statement of ours is at work, the lease has to last as
// long as the statement may.
TEST_F(PooledLockTest, WhereNamesAreHiddenThatIsSaidAndALeaseCoversTheWholeStatement) {
  const test::Pooler one("transaction", 1);
  const auto covered = [&](Side& holder, EventSink& events) {
    auto lock = acquire_behind_pooler(holder.working, holder.request, events, test::long_wait());
    if (!lock) throw std::runtime_error(lock.error().message);
    const auto status = lock->cover(Millis(3'600'000), test::long_wait());
    if (!status) throw std::runtime_error(status.error().message);
    return value("SELECT expires_at > clock_timestamp() + interval '59 min' FROM slipway.lease");
  };
  WarningSink sink;
  auto seen = side(one, "the seen one");
  EXPECT_EQ(covered(*seen, sink), "f");
  EXPECT_EQ(sink.warnings, 0);
  auto hidden = side(one, "the hidden one");
  hidden->request.open = [url = one.url(url_)](const std::string& /*name*/, const Wait& /*wait*/) {
    return Result<pg::Session>(open(url, "something else"));
  };
  EXPECT_EQ(covered(*hidden, sink), "t");
  EXPECT_EQ(sink.warnings, 1);
}

} // namespace
} // namespace slipway::locks
