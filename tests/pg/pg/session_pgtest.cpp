#include "session_test.hpp"

#include <algorithm>

namespace slipway::pg {
namespace {

using test::long_wait;

TEST_F(SessionTest, BindsTextAndNull) {
  const auto rows =
      query("SELECT $1::text AS a, $2::int AS b, $3::bool, $4::float8, $5::text IS NULL",
            {"it's \"x\"; --", "42", "t", "1.5", std::nullopt});
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->size(), 1U);
  EXPECT_EQ(rows->columns(), 5U);
  EXPECT_EQ(rows->column_name(0), "a");
  EXPECT_EQ(rows->text(0, 0), "it's \"x\"; --");
  EXPECT_EQ(rows->integer(0, 1), 42);
  EXPECT_TRUE(rows->boolean(0, 2));
  EXPECT_EQ(rows->real(0, 3), 1.5);
  EXPECT_TRUE(rows->boolean(0, 4));
}

TEST_F(SessionTest, TellsNullFromEmpty) {
  const auto rows = query("SELECT NULL::text, ''::text");
  ASSERT_TRUE(rows);
  EXPECT_TRUE(rows->is_null(0, 0));
  EXPECT_EQ(rows->text(0, 0), "");
  EXPECT_FALSE(rows->is_null(0, 1));
}

TEST_F(SessionTest, CountsWhatWasAffected) {
  ASSERT_TRUE(execute("CREATE TABLE t (a int)"));
  const auto inserted = execute("INSERT INTO t SELECT generate_series(1, 7)");
  EXPECT_EQ(inserted->affected(), 7);
  EXPECT_EQ(inserted->command_tag(), "INSERT 0 7");
  EXPECT_EQ(execute("UPDATE t SET a = 0 WHERE a > 100")->affected(), 0);
  EXPECT_EQ(execute("DROP TABLE t")->affected(), 0);
}

TEST_F(SessionTest, RowsOutliveTheSession) {
  const Rows rows = *query("SELECT 'kept'");
  session().close();
  EXPECT_EQ(rows.text(0, 0), "kept");
}

TEST_F(SessionTest, YieldsTheLastResultOfAMessage) {
  const auto rows = execute("SELECT 1; SELECT 2 UNION ALL SELECT 3");
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->size(), 2U);
  EXPECT_TRUE(execute(""));
  EXPECT_TRUE(execute("-- nothing"));
}

TEST_F(SessionTest, KeepsEveryFieldOfAnError) {
  ASSERT_TRUE(execute(
      "CREATE SCHEMA s; CREATE TABLE s.t (a int CONSTRAINT only_once UNIQUE, b int NOT NULL)"));
  ASSERT_TRUE(execute("INSERT INTO s.t VALUES (1, 1)"));
  const std::string sql = "INSERT INTO s.t VALUES (1, 1)";
  const Error error = error_of(sql);
  EXPECT_EQ(error.code, ErrorCode::sql);
  EXPECT_EQ(error.outcome, Outcome::failed);
  EXPECT_TRUE(error.connection_usable());
  ASSERT_TRUE(error.sql);
  EXPECT_EQ(error.message, error.sql->message);
  EXPECT_EQ(error.sql->severity, "ERROR");
  EXPECT_EQ(error.sql->sqlstate, "23505");
  EXPECT_NE(error.sql->message.find("only_once"), std::string::npos);
  EXPECT_NE(error.sql->detail.find("(a)=(1)"), std::string::npos);
  EXPECT_EQ(error.sql->schema, "s");
  EXPECT_EQ(error.sql->table, "t");
  EXPECT_EQ(error.sql->constraint, "only_once");
  EXPECT_EQ(error.sql->query, sql);
  EXPECT_EQ(error_of("INSERT INTO s.t VALUES (2, NULL)").sql->column, "b");
}

TEST_F(SessionTest, KeepsTypeHintAndContextOfAnError) {
  ASSERT_TRUE(execute("CREATE DOMAIN positive AS int CHECK (VALUE > 0)"));
  EXPECT_EQ(error_of("SELECT 0::positive").sql->data_type, "positive");
  const Error error = error_of(
      "DO $$ BEGIN RAISE 'no' USING HINT = 'try yes', DETAIL = 'why', ERRCODE = 'SL001'; END $$");
  EXPECT_EQ(error.hint, "try yes");
  EXPECT_EQ(error.sql->hint, "try yes");
  EXPECT_EQ(error.sql->detail, "why");
  EXPECT_EQ(error.sql->sqlstate, "SL001");
  EXPECT_NE(error.sql->context.find("PL/pgSQL"), std::string::npos);
}

TEST_F(SessionTest, CountsThePositionInCharacters) {
  const Error error = error_of("SELECT 'äöü', nothere");
  EXPECT_EQ(error.sql->position, 15U);
}

TEST_F(SessionTest, NotesTheQueryInsideAFunctionThatFailed) {
  const Error error = error_of("DO $$ BEGIN EXECUTE 'SELECT nothere'; END $$");
  EXPECT_FALSE(error.sql->position);
  ASSERT_EQ(error.notes.size(), 1U);
  EXPECT_NE(error.notes[0].find("SELECT nothere"), std::string::npos);
}

TEST_F(SessionTest, RunsOnlyOneStatementWithParameters) {
  const auto two = query("SELECT 1; SELECT 2");
  ASSERT_FALSE(two);
  EXPECT_EQ(two.error().sql->sqlstate, "42601");
  EXPECT_TRUE(still_works());
}

// Safety: libpq takes C strings, so without the check the text would be cut at the NUL and the rest
// not run.
TEST_F(SessionTest, RefusesANulByteInsteadOfCuttingThere) {
  const std::string sql("SELECT 1\0, 2", 12);
  EXPECT_EQ(error_of(sql).sql->sqlstate, "22021");
  const auto bound = query("SELECT $1::text", {std::string("a\0b", 3)});
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().sql->sqlstate, "22021");
  EXPECT_TRUE(still_works());
}

TEST_F(SessionTest, RefusesMoreParametersThanTheProtocolHas) {
  const auto rows = query("SELECT 1", std::vector<Param>(65536));
  ASSERT_FALSE(rows);
  EXPECT_TRUE(still_works());
}

TEST_F(SessionTest, ReportsTheStateOfTheTransaction) {
  EXPECT_EQ(session().transaction_status(), TransactionStatus::idle);
  ASSERT_TRUE(execute("BEGIN"));
  EXPECT_EQ(session().transaction_status(), TransactionStatus::in_transaction);
  EXPECT_FALSE(execute("SELECT 1/0"));
  EXPECT_EQ(session().transaction_status(), TransactionStatus::in_failed_transaction);
  ASSERT_TRUE(execute("ROLLBACK"));
  EXPECT_EQ(session().transaction_status(), TransactionStatus::idle);
}

// Safety: the server answers this COMMIT with success and the tag ROLLBACK. Without the check it
// would pass for done.
TEST_F(SessionTest, TakesACommitThatRolledBackForAFailure) {
  for (const std::string commit : {"COMMIT", "END /* of it */;", "SELECT 1; COMMIT"}) {
    ASSERT_TRUE(execute("BEGIN"));
    EXPECT_FALSE(execute("SELECT 1/0"));
    EXPECT_EQ(error_of(commit).sql->sqlstate, "25P02") << commit;
    ASSERT_TRUE(execute("ROLLBACK"));
  }
  ASSERT_TRUE(execute("BEGIN"));
  EXPECT_FALSE(query("SELECT 1/0"));
  const auto committed = query("COMMIT");
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().sql->sqlstate, "25P02");
  EXPECT_EQ(session().transaction_status(), TransactionStatus::idle);
}

TEST_F(SessionTest, SkipsCopyOutput) {
  const auto result = execute("COPY (SELECT generate_series(1, 200000)) TO STDOUT");
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->affected(), 200000);
  EXPECT_TRUE(still_works());
}

TEST_F(SessionTest, EndsCopyInputThatHasNoData) {
  ASSERT_TRUE(execute("CREATE TABLE t (a int)"));
  const Error error = error_of("COPY t FROM STDIN");
  EXPECT_EQ(error.code, ErrorCode::sql);
  EXPECT_NE(error.message.find("no data was given"), std::string::npos) << error.message;
  EXPECT_TRUE(still_works());
}

TEST_F(SessionTest, HandsNoticesOn) {
  std::vector<SqlError> notices;
  session().on_notice([&](const SqlError& notice) { notices.push_back(notice); });
  ASSERT_TRUE(execute(
      "DO $$ BEGIN RAISE WARNING 'careful' USING HINT = 'look'; RAISE NOTICE 'fine'; END $$"));
  ASSERT_EQ(notices.size(), 2U);
  EXPECT_EQ(notices[0].severity, "WARNING");
  EXPECT_EQ(notices[0].message, "careful");
  EXPECT_EQ(notices[0].hint, "look");
  EXPECT_EQ(notices[0].sqlstate, "01000");
  EXPECT_EQ(notices[1].message, "fine");
}

TEST_F(SessionTest, HandsNoticesOnAfterItMoved) {
  std::vector<std::string> notices;
  session().on_notice([&](const SqlError& notice) { notices.push_back(notice.message); });
  Session moved = std::move(session());
  test::exec(moved, "DO $$ BEGIN RAISE NOTICE 'here'; END $$");
  EXPECT_EQ(notices, std::vector<std::string>{"here"});
}

TEST_F(SessionTest, LosesNothingFromALongStatementOrResult) {
  const std::string big(5'000'000, 'x');
  const auto rows = query("SELECT length($1::text), $1::text", {big});
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->integer(0, 0), 5'000'000);
  EXPECT_EQ(rows->text(0, 1), big);
}

TEST_F(SessionTest, FailsSurelyWhenTheServerEndsItWithinATransaction) {
  ASSERT_TRUE(execute("BEGIN"));
  const auto terminator = terminate_when_running("pg_sleep");
  const Error error = error_of("SELECT pg_sleep(600)");
  EXPECT_EQ(error.code, ErrorCode::connection);
  EXPECT_EQ(error.outcome, Outcome::failed);
  EXPECT_EQ(error.sql->sqlstate, "57P01");
  EXPECT_FALSE(error.connection_usable());
  EXPECT_FALSE(session().usable());
}

// Safety: whoever takes this for "failed" runs the statement twice. A server that waits for its
// standby has committed already when it is told to end.
TEST_F(SessionTest, DoesNotKnowWhetherAnAutocommitStatementTookEffect) {
  const auto terminator = terminate_when_running("pg_sleep");
  const Error error = error_of("SELECT pg_sleep(600)");
  EXPECT_EQ(error.code, ErrorCode::connection);
  EXPECT_EQ(error.outcome, Outcome::unknown);
  EXPECT_FALSE(error.connection_usable());
  EXPECT_FALSE(session().usable());
}

// Safety: as above, for the moment that matters most.
TEST_F(SessionTest, DoesNotKnowWhetherALostCommitTookEffect) {
  ASSERT_TRUE(execute("CREATE TABLE t (a int)"));
  ASSERT_TRUE(execute("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
                      "$$ BEGIN PERFORM pg_sleep(600); RETURN NULL; END $$"));
  ASSERT_TRUE(
      execute("CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED "
              "FOR EACH ROW EXECUTE FUNCTION slow()"));
  ASSERT_TRUE(execute("BEGIN; INSERT INTO t VALUES (1)"));
  const auto terminator = terminate_when_running("COMMIT");
  EXPECT_EQ(error_of("COMMIT").outcome, Outcome::unknown);
}

TEST_F(SessionTest, KnowsThatNothingWasSentToAServerThatHadClosed) {
  exec("SELECT pg_terminate_backend(" + std::to_string(session().backend_pid()) + ")");
  const std::string alive = "SELECT count(*) FROM pg_stat_activity WHERE pid = " +
                            std::to_string(session().backend_pid());
  while (value(alive) != "0") {
  }
  const Error error = error_of("CREATE TABLE t (a int)");
  EXPECT_EQ(error.code, ErrorCode::connection);
  EXPECT_EQ(error.outcome, Outcome::failed);
  EXPECT_EQ(error.sql->sqlstate, "57P01");
  EXPECT_FALSE(session().usable());
}

TEST_F(SessionTest, CanBeAskedAfterItsEnd) {
  const std::string database = session().database();
  session().close();
  EXPECT_FALSE(session().usable());
  EXPECT_EQ(session().database(), database);
  EXPECT_EQ(session().transaction_status(), TransactionStatus::unknown);
  EXPECT_EQ(session().parameter("server_encoding"), "");
  const Error error = error_of("SELECT 1");
  EXPECT_EQ(error.code, ErrorCode::connection);
  EXPECT_EQ(error.outcome, Outcome::failed);
}

// Safety: a foreign server's broken connection looks like ours to whoever goes by the class of the
// SQLSTATE.
TEST_F(SessionTest, IsClosedByEveryErrorThatSaysSo) {
  const Error error = error_of("DO $$ BEGIN RAISE 'far away' USING ERRCODE = '08001'; END $$");
  EXPECT_FALSE(error.connection_usable());
  EXPECT_FALSE(session().usable());
}

} // namespace
} // namespace slipway::pg
