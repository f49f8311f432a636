// Statements in the transactions they ask for, told by the transaction each of them saw.
#include "slipway/rehearse/application.hpp"

#include "slipway/test/test_server.hpp"

namespace slipway::rehearse {
namespace {

diff::Statement statement(const std::string& sql) {
  return {sql, "test", "table public.log"};
}

class ApplicationTest : public test::ServerTest {
protected:
  static constexpr const char* k_log = "INSERT INTO log SELECT txid_current()";

  void SetUp() override {
    test::ServerTest::SetUp();
    exec("CREATE TABLE log (x bigint, id serial)");
  }
  std::optional<Stopped> stopped(const std::vector<diff::Statement>& statements) {
    auto session = connect();
    auto done = apply_plan(session, statements, test::long_wait());
    if (!done) throw std::runtime_error(done.error().message);
    EXPECT_EQ(session.transaction_status(), pg::TransactionStatus::idle);
    return *done;
  }
  std::optional<std::string> apply(const std::vector<diff::Statement>& statements) {
    const auto what = stopped(statements);
    return what ? std::optional(what->message) : std::nullopt;
  }
  /// "112": which rows of the log share a transaction.
  std::string pattern() {
    return value("SELECT string_agg(r::text, '' ORDER BY id) FROM (SELECT id, dense_rank() OVER "
                 "(ORDER BY x) AS r FROM log) ranked");
  }
};

TEST_F(ApplicationTest, NeighboursShareATransactionUnlessTheySayOtherwise) {
  auto alone = statement(k_log);
  alone.transactional = false;
  auto starts = statement(k_log);
  starts.starts_transaction = true;
  auto joins = starts;
  joins.with_previous = true;
  const auto plain = statement(k_log);
  EXPECT_EQ(apply({plain, plain, alone, plain, starts, joins, plain, alone, alone}), std::nullopt);
  EXPECT_EQ(pattern(), "112344456");
}

TEST_F(ApplicationTest, WhatRefusesTransactionBlocksRunsAlone) {
  auto index = statement("CREATE INDEX CONCURRENTLY i ON log (x)");
  index.transactional = false;
  EXPECT_EQ(apply({statement(k_log), index, statement(k_log)}), std::nullopt);
  const auto problem = apply({statement(k_log), statement("DROP INDEX CONCURRENTLY i")});
  ASSERT_TRUE(problem);
  EXPECT_NE(problem->find("cannot run inside a transaction block"), std::string::npos) << *problem;
}

TEST_F(ApplicationTest, AStatementThatFailsIsNamedAndItsTransactionUndone) {
  auto later = statement("SELECT 1/0");
  const auto problem = apply({statement(k_log), later});
  EXPECT_EQ(problem, "statement 2 of 2 for table public.log fails: SELECT 1/0: division by zero");
  EXPECT_EQ(value("SELECT count(*) FROM log"), "0");
}

TEST_F(ApplicationTest, RowsThatAFindingSpokeOfAreToldApart) {
  exec("CREATE TABLE t (a int); INSERT INTO t VALUES (NULL)");
  diff::Statement refused{"ALTER TABLE t ALTER a SET NOT NULL", "test", "column public.t.a"};
  const auto unannounced = stopped({refused});
  ASSERT_TRUE(unannounced);
  EXPECT_FALSE(unannounced->rows_in_the_way);
  const diff::Finding finding{diff::FindingKind::data_dependent, "column public.t.a", "", ""};
  refused.findings = {finding};
  const auto announced = stopped({refused});
  ASSERT_TRUE(announced);
  ASSERT_TRUE(announced->rows_in_the_way);
  EXPECT_EQ(announced->rows_in_the_way->object, "column public.t.a");
  diff::Statement wrong{"ALTER TABLE t ALTER nowhere SET NOT NULL", "test", "column public.t.a"};
  wrong.findings = {finding};
  EXPECT_FALSE(stopped({wrong})->rows_in_the_way);
}

TEST_F(ApplicationTest, ACommitThatFailsIsTold) {
  exec("CREATE TABLE p (id int PRIMARY KEY);"
       "CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED)");
  const auto problem = apply({statement("INSERT INTO c VALUES (1)")});
  ASSERT_TRUE(problem);
  EXPECT_NE(problem->find("COMMIT fails"), std::string::npos) << *problem;
}

TEST_F(ApplicationTest, AScriptMayBringItsData) {
  auto session = connect();
  const auto done =
      run_script(session,
                 "CREATE TABLE d (a int, b text);\nCOPY d FROM STDIN;\n1\tx;y\n2\t\\N\n\\.\n"
                 "INSERT INTO d VALUES (3, ';');",
                 "seed", test::long_wait());
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(value("SELECT string_agg(a || coalesce(b, '-'), ' ' ORDER BY a) FROM d"), "1x;y 2- 3;");
}

} // namespace
} // namespace slipway::rehearse
