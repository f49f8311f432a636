#include "session_test.hpp"

namespace slipway::pg {
namespace {

using test::long_wait;

class PipelineTest : public SessionTest {
protected:
  void SetUp() override {
    SessionTest::SetUp();
    exec(
        "CREATE TABLE t (a int CONSTRAINT t_key PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, b text)");
  }
  Result<std::vector<Rows>> run(const std::vector<Query>& queries, const Wait& wait = long_wait()) {
    return session().pipeline(queries, wait);
  }
  Error run_error(const std::vector<Query>& queries, const Wait& wait = long_wait()) {
    auto result = run(queries, wait);
    if (result) throw std::runtime_error("the pipeline did not fail");
    return result.error();
  }
  std::string count() { return value("SELECT count(*) FROM t"); }
  std::string prepared() {
    return std::string(query("SELECT count(*) FROM pg_prepared_statements")->text(0, 0));
  }
};

Query q(const std::string& sql, std::vector<Param> params = {}) {
  return Query{SqlText(sql), std::move(params)};
}
Query insert(int value) {
  return q("INSERT INTO t VALUES ($1::int)", {std::to_string(value)});
}

TEST_F(PipelineTest, PreparesNothingWhenToldNotToNameStatements) {
  session().name_statements(false);
  const auto results = run({insert(1), insert(2), q("SELECT count(*) FROM t")});
  ASSERT_TRUE(results) << results.error().message;
  EXPECT_EQ((*results)[2].text(0, 0), "2");
  EXPECT_EQ(prepared(), "0");
  EXPECT_EQ(run_error({insert(3), q("SELECT 1 / 0"), insert(4)}).sql->sqlstate, "22012");
  EXPECT_EQ(count(), "2");
  session().name_statements(true);
  ASSERT_TRUE(run({insert(3)}));
  EXPECT_EQ(prepared(), "1");
}

TEST_F(PipelineTest, YieldsTheRowsOfEach) {
  const auto results =
      run({q("SELECT $1::text", {"a"}), q("SELECT $1::text", {std::nullopt}), insert(1), q("")});
  ASSERT_TRUE(results) << results.error().message;
  ASSERT_EQ(results->size(), 4U);
  EXPECT_EQ((*results)[0].text(0, 0), "a");
  EXPECT_TRUE((*results)[1].is_null(0, 0));
  EXPECT_EQ((*results)[2].affected(), 1);
  EXPECT_EQ(count(), "1");
}

TEST_F(PipelineTest, IsNothingWithoutQueries) {
  const auto results = run({});
  ASSERT_TRUE(results);
  EXPECT_TRUE(results->empty());
}

TEST_F(PipelineTest, LeavesNothingWhenOneInTheMiddleFails) {
  const Error error =
      run_error({q("BEGIN"), insert(1), q("SELECT 1 / $1::int", {"0"}), insert(2), q("COMMIT")});
  EXPECT_EQ(error.code, ErrorCode::sql);
  EXPECT_EQ(error.sql->sqlstate, "22012");
  EXPECT_EQ(error.sql->query, "SELECT 1 / $1::int");
  EXPECT_EQ(error.outcome, Outcome::failed);
  EXPECT_EQ(session().transaction_status(), TransactionStatus::in_failed_transaction);
  ASSERT_TRUE(execute("ROLLBACK"));
  EXPECT_EQ(count(), "0");
}

TEST_F(PipelineTest, IsOneTransactionWhereNoneIsOpen) {
  EXPECT_EQ(run_error({insert(1), q("SELECT 1/0"), insert(2)}).sql->sqlstate, "22012");
  EXPECT_EQ(session().transaction_status(), TransactionStatus::idle);
  EXPECT_EQ(count(), "0");
}

TEST_F(PipelineTest, StaysInTheTransactionThatIsOpen) {
  ASSERT_TRUE(execute("BEGIN"));
  ASSERT_TRUE(run({insert(1), insert(2)}));
  EXPECT_EQ(session().transaction_status(), TransactionStatus::in_transaction);
  EXPECT_EQ(count(), "0");
  ASSERT_TRUE(run({q("COMMIT")}));
  EXPECT_EQ(count(), "2");
}

TEST_F(PipelineTest, ReportsAConstraintThatFailsAtCommit) {
  for (const auto& queries : {std::vector{q("BEGIN"), insert(1), insert(1), q("COMMIT")},
                              std::vector{insert(1), insert(1)}}) {
    const Error error = run_error(queries);
    EXPECT_EQ(error.sql->sqlstate, "23505");
    EXPECT_EQ(error.sql->constraint, "t_key");
    EXPECT_EQ(error.outcome, Outcome::failed);
    EXPECT_EQ(session().transaction_status(), TransactionStatus::idle);
    EXPECT_TRUE(still_works());
    EXPECT_EQ(count(), "0");
  }
}

TEST_F(PipelineTest, RunsFiveThousandQueriesThatReturnRows) {
  std::vector<Query> queries;
  for (int i = 0; i < 5'000; ++i)
    queries.push_back(q("SELECT $1::int, repeat('x', 500)", {std::to_string(i)}));
  const auto results = run(queries);
  ASSERT_TRUE(results) << results.error().message;
  ASSERT_EQ(results->size(), queries.size());
  for (std::size_t i = 0; i < results->size(); ++i)
    ASSERT_EQ((*results)[i].integer(0, 0), static_cast<std::int64_t>(i));
}

// Safety: both directions hold more than sockets buffer. Writing all before reading would wait for
// a server that waits for us.
TEST_F(PipelineTest, ReadsWhileItWrites) {
  const std::string big(100'000, 'x');
  const auto results = run(std::vector<Query>(300, q("SELECT $1::text", {big})));
  ASSERT_TRUE(results) << results.error().message;
  EXPECT_EQ(results->back().text(0, 0), big);
}

TEST_F(PipelineTest, PreparesEachTextOnce) {
  ASSERT_TRUE(run({insert(1), insert(2), q("SELECT 1")}));
  EXPECT_EQ(prepared(), "2");
  ASSERT_TRUE(run({insert(3), q("SELECT 1"), insert(4)}));
  EXPECT_EQ(prepared(), "2");
  EXPECT_EQ(count(), "4");
}

TEST_F(PipelineTest, PreparesAgainWhatTheServerForgot) {
  for (const std::string forget : {"DISCARD ALL", "DEALLOCATE ALL"}) {
    ASSERT_TRUE(run({q("SELECT 1")}));
    ASSERT_TRUE(execute(forget));
    const auto again = run({q("SELECT 1")});
    EXPECT_TRUE(again) << again.error().message;
  }
}

TEST_F(PipelineTest, PreparesAgainAfterTheServerForgotUnseen) {
  ASSERT_TRUE(run({q("SELECT 1")}));
  ASSERT_TRUE(execute("DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$"));
  EXPECT_EQ(run_error({q("SELECT 1")}).sql->sqlstate, "26000");
  EXPECT_TRUE(run({q("SELECT 1")}));
}

TEST_F(PipelineTest, TriesAgainToPrepareWhatFailedOrWasSkipped) {
  EXPECT_EQ(run_error({q("SELECT * FROM later"), q("SELECT 2")}).sql->sqlstate, "42P01");
  exec("CREATE TABLE later (a int)");
  const auto again = run({q("SELECT * FROM later"), q("SELECT 2")});
  EXPECT_TRUE(again) << again.error().message;
}

TEST_F(PipelineTest, SeesWhatItCreatedBefore) {
  EXPECT_TRUE(run({q("CREATE TABLE fresh (a int)"), q("INSERT INTO fresh VALUES (1)"),
                   q("SELECT * FROM fresh")}));
}

TEST_F(PipelineTest, CanBeCutShortAndGoesOn) {
  StopEvent stop;
  const auto asker = when_running("pg_sleep", [&](Session&) { stop.ask(); });
  const Error error = run_error({q("BEGIN"), insert(1), q("SELECT pg_sleep(600)"), q("COMMIT")},
                                Wait{long_wait().deadline, &stop});
  EXPECT_EQ(error.code, ErrorCode::cancelled) << error.message;
  EXPECT_EQ(error.outcome, Outcome::failed);
  ASSERT_TRUE(execute("ROLLBACK"));
  EXPECT_TRUE(run({insert(1)}));
}

TEST_F(PipelineTest, DoesNotKnowWhetherALostCommitTookEffect) {
  exec(
      "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN NULL; END $$");
  exec(
      "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()");
  const auto terminator = terminate_when_running("COMMIT");
  const Error error = run_error({q("BEGIN"), insert(1), q("COMMIT")});
  EXPECT_EQ(error.code, ErrorCode::connection);
  EXPECT_EQ(error.outcome, Outcome::unknown);
  EXPECT_FALSE(session().usable());
}

TEST_F(PipelineTest, KnowsThatALostTransactionWithoutCommitFailed) {
  const auto terminator = terminate_when_running("pg_sleep");
  const Error error = run_error({q("BEGIN"), insert(1), q("SELECT pg_sleep(600)")});
  EXPECT_EQ(error.outcome, Outcome::failed);
  EXPECT_FALSE(session().usable());
}

// Safety: an effect is there, so "failed", which promises none, would be wrong.
TEST_F(PipelineTest, DoesNotSayFailedWhenACommitBeforeTheErrorWorked) {
  const Error error = run_error({q("BEGIN"), insert(1), q("COMMIT"), q("SELECT 1/0")});
  EXPECT_EQ(error.sql->sqlstate, "22012");
  EXPECT_EQ(error.outcome, Outcome::unknown);
  EXPECT_FALSE(session().usable())
      << "an error whose connection is not usable leaves the session closed";
  EXPECT_EQ(count(), "1");
}

TEST_F(PipelineTest, DropsTheConnectionRatherThanHangOnACopy) {
  for (const std::string copy : {"COPY t FROM STDIN", "COPY t TO STDOUT"}) {
    Session other = connect();
    const auto result = other.pipeline({q(copy)}, long_wait());
    ASSERT_FALSE(result) << copy;
    EXPECT_FALSE(other.usable()) << copy;
  }
}

TEST_F(PipelineTest, HandsNoticesOn) {
  std::vector<std::string> notices;
  session().on_notice([&](const SqlError& notice) { notices.push_back(notice.message); });
  ASSERT_TRUE(run(
      {q("DO $$ BEGIN RAISE NOTICE 'one'; END $$"), q("DO $$ BEGIN RAISE NOTICE 'two'; END $$")}));
  EXPECT_EQ(notices, (std::vector<std::string>{"one", "two"}));
}

} // namespace
} // namespace slipway::pg
