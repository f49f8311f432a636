#include "../../../src/pg/transaction_words.hpp"

#include <gtest/gtest.h>

#include <string>

namespace slipway::pg {
namespace {

TEST(TransactionWords, SeesACommitByEachOfItsNames) {
  for (const std::string sql :
       {"COMMIT", " commit work;", "END", "/* a /* b */ */ Commit", "-- x\nCOMMIT",
        "PREPARE TRANSACTION 'x'", "insert into t values (1); commit",
        "select 1; rollback; insert into t values (1)", "COMMIT AND CHAIN"})
    EXPECT_TRUE(may_commit(sql)) << sql;
}

TEST(TransactionWords, IsNotFooledByWordsThatAreNoStatements) {
  for (const std::string sql :
       {"", ";", "select 'a; commit'", "select E'\\'; commit'", "select \"; commit\"",
        "select $$; commit$$", "select $q$; commit $$ $q$", "-- ; commit",
        "/* ; commit */ select 1", "select case when a then b end", "PREPARE commit_it AS SELECT 1",
        "rollback", "rollback to savepoint a", "select $1; select a$b; select 2",
        "select E'a''; commit'"})
    EXPECT_FALSE(may_commit(sql)) << sql;
}

TEST(TransactionWords, KnowsTheStartOfABlock) {
  EXPECT_TRUE(begins_transaction("BEGIN ISOLATION LEVEL SERIALIZABLE"));
  EXPECT_TRUE(begins_transaction("/* x */ start transaction"));
  EXPECT_FALSE(begins_transaction("insert into t values (1); begin"));
  EXPECT_FALSE(begins_transaction(""));
}

TEST(TransactionWords, KnowsACommitAtTheEnd) {
  EXPECT_TRUE(ends_with_commit("commit"));
  EXPECT_TRUE(ends_with_commit("select 1; END ; -- done"));
  EXPECT_FALSE(ends_with_commit("commit; select 1"));
  EXPECT_FALSE(ends_with_commit("rollback"));
}

TEST(TransactionWords, EndsAtTheEndOfTextsThatAreCutOff) {
  for (const std::string sql :
       {"'", "E'", "E'\\", "\"", "$$", "$a", "$a$", "/*", "/* /* */", "--", "$", "e"})
    EXPECT_FALSE(may_commit(sql)) << sql;
}

} // namespace
} // namespace slipway::pg
