#include "slipway/diff/transactions.hpp"

#include <gtest/gtest.h>

namespace slipway::diff {
namespace {

Statement statement(std::string sql) {
  Statement one;
  one.sql = std::move(sql);
  return one;
}

Statement alone(std::string sql) {
  auto one = statement(std::move(sql));
  one.transactional = false;
  return one;
}

Statement after_commit(std::string sql) {
  auto one = statement(std::move(sql));
  one.starts_transaction = true;
  return one;
}

std::vector<std::vector<std::string>> texts(const std::vector<Statement>& statements) {
  std::vector<std::vector<std::string>> all;
  for (const auto& one : transactions_of(statements)) {
    std::vector<std::string> group;
    for (const auto& inner : one.statements) group.push_back(inner.sql);
    all.push_back(std::move(group));
  }
  return all;
}

using Groups = std::vector<std::vector<std::string>>;

TEST(Transactions, StatementsShareOneWhereNothingSpeaksAgainstIt) {
  EXPECT_EQ(texts({statement("a"), statement("b")}), (Groups{{"a", "b"}}));
}

TEST(Transactions, WhatPostgresRefusesInATransactionStandsAlone) {
  EXPECT_EQ(texts({statement("a"), alone("b"), alone("c"), statement("d")}),
            (Groups{{"a"}, {"b"}, {"c"}, {"d"}}));
}

TEST(Transactions, WhatMustNotKeepEarlierLocksBeginsAnother) {
  EXPECT_EQ(texts({statement("a"), after_commit("b"), statement("c")}),
            (Groups{{"a"}, {"b", "c"}}));
}

TEST(Transactions, WhatMustShareTheTransactionBeforeItDoes) {
  auto swap = after_commit("b");
  swap.with_previous = true;
  EXPECT_EQ(texts({statement("a"), swap}), (Groups{{"a", "b"}}));
}

TEST(Transactions, TheScriptSaysWhereTheyBeginAndEnd) {
  EXPECT_EQ(script_of({statement("a"), statement("b"), alone("c")}),
            "BEGIN;\na;\nb;\nCOMMIT;\n\nc;\n");
  EXPECT_EQ(script_of({}), "");
}

} // namespace
} // namespace slipway::diff
