// What a statement locks beyond the relations it names.
#include "slipway/sql/facts.hpp"

#include <gtest/gtest.h>

#include <map>

namespace slipway::sql {
namespace {

StatementFacts facts_of(std::string_view statement) {
  return analyse({statement}).front();
}

TEST(LockReach, WhatHappensToForeignKeysReachesTheirOtherEnds) {
  const std::map<std::string_view, std::optional<LockMode>> cases{
      {"DROP TABLE a", LockMode::access_exclusive},
      {"TRUNCATE a CASCADE", LockMode::access_exclusive},
      {"TRUNCATE a", std::nullopt},
      {"ALTER TABLE a DROP CONSTRAINT k", LockMode::access_exclusive},
      {"ALTER TABLE a DROP COLUMN x", LockMode::access_exclusive},
      {"ALTER TABLE a ALTER COLUMN x TYPE bigint", LockMode::access_exclusive},
      {"ALTER TABLE a VALIDATE CONSTRAINT k", LockMode::row_share},
      {"ALTER TABLE a ATTACH PARTITION p DEFAULT", LockMode::share_row_exclusive},
      {"ALTER TABLE a VALIDATE CONSTRAINT k, DROP COLUMN x", LockMode::access_exclusive},
      {"ALTER TABLE a ADD COLUMN x int", std::nullopt},
      {"CREATE INDEX ON a (x)", std::nullopt},
  };
  for (const auto& [statement, lock] : cases)
    EXPECT_EQ(facts_of(statement).partner_lock, lock) << statement;
}

TEST(LockReach, SomeStatementsLeavePartitionsAlone) {
  const std::map<std::string_view, bool> cases{
      {"ALTER TABLE a ADD COLUMN x int", false},
      {"ALTER TABLE ONLY a ADD COLUMN x int", true},
      {"ALTER TABLE a ATTACH PARTITION p DEFAULT", true},
      {"ALTER TABLE a DETACH PARTITION p", true},
      {"ALTER TABLE a OWNER TO joe", true},
      {"ALTER TABLE a OWNER TO joe, ADD COLUMN x int", false},
      {"ALTER TABLE a RENAME TO b", true},
      {"ALTER TABLE a RENAME COLUMN x TO y", false},
      {"ALTER TABLE a SET SCHEMA s", true},
      {"CREATE TABLE p PARTITION OF a DEFAULT", true},
      {"DROP TABLE a", false},
      {"CREATE INDEX ON a (x)", false},
  };
  for (const auto& [statement, spared] : cases)
    EXPECT_EQ(facts_of(statement).spares_descendants, spared) << statement;
}

} // namespace
} // namespace slipway::sql
