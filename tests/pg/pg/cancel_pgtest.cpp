// Deadlines, stop requests and servers that do not answer. No test measures time: each would hang,
// and the program's time limit fail it, if the call under test did not come back.
#include "session_test.hpp"

namespace slipway::pg {
namespace {

using test::long_wait;

Wait shortly() {
  return Wait{Deadline::after(Millis(100))};
}

using CancelTest = SessionTest;

TEST_F(CancelTest, CancelsAtTheDeadlineAndGoesOn) {
  const Error error = error_of("SELECT pg_sleep(600)", shortly());
  EXPECT_EQ(error.code, ErrorCode::cancelled);
  EXPECT_EQ(error.outcome, Outcome::failed);
  EXPECT_TRUE(error.is_query_cancelled());
  EXPECT_NE(error.message.find("deadline"), std::string::npos) << error.message;
  EXPECT_TRUE(still_works());
}

TEST_F(CancelTest, CancelsOnAStopRequestAndGoesOn) {
  StopEvent stop;
  const auto asker = when_running("pg_sleep", [&](Session&) { stop.ask(); });
  const Error error = error_of("SELECT pg_sleep(600)", Wait{long_wait().deadline, &stop});
  EXPECT_EQ(error.code, ErrorCode::cancelled);
  EXPECT_EQ(error.outcome, Outcome::failed);
  EXPECT_NE(error.message.find("stop"), std::string::npos) << error.message;
  EXPECT_TRUE(still_works());
}

TEST_F(CancelTest, SeesAStopThatHasNoDescriptor) {
  StopFlag stop;
  const auto asker = when_running("pg_sleep", [&](Session&) { stop.request(); });
  EXPECT_EQ(error_of("SELECT pg_sleep(600)", Wait{long_wait().deadline, &stop}).code,
            ErrorCode::cancelled);
  EXPECT_TRUE(still_works());
}

TEST_F(CancelTest, CancelsStatementsWithParametersToo) {
  const auto rows = session().query(SqlText("SELECT pg_sleep($1::int)"), {"600"}, shortly());
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::cancelled);
  EXPECT_TRUE(still_works());
}

TEST_F(CancelTest, LeavesTheTransactionFailed) {
  ASSERT_TRUE(execute("BEGIN"));
  const Error error = error_of("SELECT pg_sleep(600)", shortly());
  EXPECT_FALSE(error.transaction_usable());
  EXPECT_TRUE(error.connection_usable());
  EXPECT_EQ(session().transaction_status(), TransactionStatus::in_failed_transaction);
  EXPECT_TRUE(execute("ROLLBACK"));
}

TEST_F(CancelTest, StopsReadingAServerThatNeverEnds) {
  const Error error = error_of(
      "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 1000000000)) TO STDOUT", shortly());
  EXPECT_EQ(error.code, ErrorCode::cancelled) << error.message;
  EXPECT_TRUE(still_works());
}

TEST_F(CancelTest, SendsNothingWhenTheTimeIsOverAlready) {
  // A sequence shows that the server began, even when it was cancelled.
  exec("CREATE SEQUENCE s");
  const std::string sql = "SELECT nextval('s'), pg_sleep(600)";
  StopFlag stop;
  stop.request();
  EXPECT_EQ(error_of(sql, Wait{long_wait().deadline, &stop}).code, ErrorCode::cancelled);
  EXPECT_EQ(error_of(sql, Wait{Deadline::after(Millis(0))}).code, ErrorCode::cancelled);
  EXPECT_TRUE(still_works());
  EXPECT_EQ(value("SELECT is_called FROM s"), "f");
}

TEST_F(CancelTest, CanBeAskedFromAnotherThread) {
  Status asked;
  {
    const auto asker =
        when_running("pg_sleep", [&](Session&) { asked = session().cancel(long_wait()); });
    const Error error = error_of("SELECT pg_sleep(600)");
    EXPECT_EQ(error.code, ErrorCode::cancelled);
    EXPECT_TRUE(error.is_query_cancelled());
  }
  EXPECT_TRUE(asked) << asked.error().message;
  EXPECT_TRUE(still_works());
}

TEST_F(CancelTest, TellsTheServersOwnTimeoutsFromOurs) {
  ASSERT_TRUE(execute("SET statement_timeout = 50"));
  const Error error = error_of("SELECT pg_sleep(600)");
  EXPECT_EQ(error.code, ErrorCode::sql);
  EXPECT_TRUE(error.is_query_cancelled());
}

// Safety: the backend hears the cancel but cannot act on it. Without the two seconds of grace this
// never returns.
TEST_F(CancelTest, DropsAServerThatDoesNotAnswerTheCancel) {
  ASSERT_TRUE(execute("BEGIN"));
  const Frozen frozen(session().backend_pid());
  const Error error = error_of("SELECT 1", shortly());
  EXPECT_EQ(error.code, ErrorCode::cancelled);
  EXPECT_EQ(error.outcome, Outcome::failed);
  EXPECT_FALSE(error.connection_usable());
  EXPECT_FALSE(session().usable());
}

TEST_F(CancelTest, DoesNotKnowWhatADroppedServerDid) {
  const Frozen frozen(session().backend_pid());
  const Error error = error_of("CREATE TABLE t (a int)", shortly());
  EXPECT_EQ(error.code, ErrorCode::cancelled);
  EXPECT_EQ(error.outcome, Outcome::unknown);
  EXPECT_FALSE(session().usable());
}

// Safety: PQcancel waits without limit for a postmaster that takes no connections; called on this
// thread, it would hang.
TEST_F(CancelTest, ComesBackWhenNobodyTakesTheCancel) {
  ASSERT_TRUE(execute("BEGIN"));
  const Frozen frozen(test::TestServer::instance().cluster().postmaster_pid());
  EXPECT_EQ(error_of("SELECT pg_sleep(600)", shortly()).code, ErrorCode::cancelled);
  EXPECT_FALSE(session().usable());
}

// Safety: a cancel that is still on its way would hit the next statement of this session.
TEST_F(CancelTest, IsClosedWhenTheCancelIsStillOnItsWay) {
  const Frozen frozen(test::TestServer::instance().cluster().postmaster_pid());
  Result<Rows> result = execute("SELECT pg_sleep(0.5)", shortly());
  EXPECT_TRUE(result) << result.error().message;
  EXPECT_FALSE(session().usable());
}

TEST_F(CancelTest, CancelItselfComesBackWhenNobodyTakesIt) {
  const Frozen frozen(test::TestServer::instance().cluster().postmaster_pid());
  const Status asked = session().cancel(shortly());
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code, ErrorCode::connection);
}

} // namespace
} // namespace slipway::pg
