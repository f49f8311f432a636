// What the facts say of a statement inside a transaction block, against what a server does with it
// there.
#include "slipway/sql/facts.hpp"

#include "slipway/test/test_server.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace slipway::sql {
namespace {

using test::ServerTest;

// 25001: refused inside a block. 2D000: it tried to commit by itself.
bool refused_in_block(const Error& error) {
  return error.sql && (error.sql->sqlstate == "25001" || error.sql->sqlstate == "2D000");
}

class TransactionSafetyOnServer : public ServerTest {
protected:
  void SetUp() override {
    ServerTest::SetUp();
    exec("create table t (id bigint primary key, a int)");
    exec("create index i on t (a)");
    exec("create table p (id int) partition by range (id)");
    exec("create table q partition of p for values from (0) to (9)");
    exec("create materialized view mv as select id from t");
    exec("create unique index mv_id on mv (id)");
    exec("create type color as enum ('red')");
    exec("create procedure commits() language plpgsql as $$ begin commit; end $$");
    database_ = value("select current_database()");
  }

  void agrees(const std::string& sql) {
    const StatementFacts facts = analyse({sql}).at(0);
    ASSERT_TRUE(facts.parsed) << sql << ": " << facts.unparsed_why;
    pg::Session session = connect();
    test::exec(session, "begin");
    const auto done = session.execute(SqlText(sql), test::long_wait());
    const bool refused = !done && refused_in_block(done.error());
    const std::string answer = done ? std::string("done") : done.error().message;
    EXPECT_EQ(facts.transaction_safety == TransactionSafety::unsafe, refused)
        << sql << ": " << answer;
    EXPECT_TRUE(done || refused) << sql << ": " << answer;
  }

  std::string database_;
};

TEST_F(TransactionSafetyOnServer, IsWhatTheFactsSay) {
  const std::vector<std::string> statements = {
      "create database zz",
      "drop database if exists zz",
      "create tablespace zz location '/nowhere'",
      "drop tablespace if exists zz",
      "alter database " + database_ + " set tablespace pg_default",
      "alter database " + database_ + " set work_mem = '4MB'",
      "alter database " + database_ + " connection limit 5",
      "alter system set work_mem = '8MB'",
      "create subscription s connection 'dbname=zz' publication p",
      "create subscription s connection 'dbname=zz' publication p with (connect = false)",
      "vacuum",
      "vacuum (analyze) t",
      "vacuum full t",
      "analyze t",
      "cluster",
      "cluster t using i",
      "create index concurrently on t(a)",
      "create index on t(a)",
      "drop index concurrently i",
      "drop index i",
      "reindex index concurrently i",
      "reindex (verbose) table t",
      "reindex table concurrently t",
      "reindex schema public",
      "reindex database " + database_,
      "reindex system " + database_,
      "alter table p detach partition q",
      "discard all",
      "discard plans",
      "commit prepared 'x'",
      "rollback prepared 'x'",
      "call commits()",
      "do $$ begin commit; end $$",
      "do $$ begin if true then rollback; end if; end $$",
      "do $$ begin perform 'commit;'; end $$",
      "alter type color add value 'blue'",
      "refresh materialized view concurrently mv",
      "lock table t",
      "checkpoint",
  };
  for (const auto& sql : statements) agrees(sql);
}

TEST_F(TransactionSafetyOnServer, OfFormsThatOlderServersDoNotKnow) {
  if (major_version() < 14) {
    EXPECT_EQ(analyse({"alter table p detach partition q concurrently"})[0].transaction_safety,
              TransactionSafety::unsafe);
    return;
  }
  agrees("alter table p detach partition q concurrently");
  agrees("reindex (concurrently) table t");
  agrees("reindex (concurrently off) table t");
}

} // namespace
} // namespace slipway::sql
