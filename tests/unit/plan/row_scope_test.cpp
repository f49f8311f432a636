#include "slipway/plan/row_scope.hpp"

#include <gtest/gtest.h>

namespace slipway::plan {
namespace {

RowScope scope_of(const std::vector<std::string_view>& statements) {
  std::vector<sql::RowEffect> effects;
  for (auto& of_one : sql::row_effects(statements))
    for (auto& effect : of_one) effects.push_back(std::move(effect));
  return row_scope(effects);
}

TEST(RowScope, WhatAddsNeedsNoRows) {
  const auto scope = scope_of({"CREATE TABLE n (id int)", "ALTER TABLE t RENAME COLUMN a TO b",
                               "ALTER TABLE t RENAME COLUMN b TO a"});
  EXPECT_TRUE(scope.tables.empty());
  EXPECT_TRUE(scope.unclear.empty());
}

TEST(RowScope, ColumnsThatAreDroppedOrRetypedAreNamed) {
  const auto scope = scope_of({"ALTER TABLE t DROP COLUMN a", "ALTER TABLE t ALTER b TYPE bigint"});
  ASSERT_EQ(scope.tables.size(), 1U);
  EXPECT_EQ(scope.tables[0].columns, (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(scope.tables[0].written);
}

TEST(RowScope, AWriteMeansTheWholeTableInEitherOrder) {
  for (const auto& statements : std::vector<std::vector<std::string_view>>{
           {"ALTER TABLE t DROP COLUMN a", "UPDATE t SET b = 1"},
           {"UPDATE t SET b = 1", "ALTER TABLE t DROP COLUMN a"}}) {
    const auto scope = scope_of(statements);
    ASSERT_EQ(scope.tables.size(), 1U);
    EXPECT_TRUE(scope.tables[0].columns.empty());
    EXPECT_TRUE(scope.tables[0].written);
  }
}

// Fails when names are followed by their text alone: x would seem to be the new column.
TEST(RowScope, ANameThatMovesSaysNothing) {
  EXPECT_FALSE(scope_of({"ALTER TABLE t ADD COLUMN x int", "ALTER TABLE t RENAME COLUMN x TO y",
                         "ALTER TABLE t RENAME COLUMN a TO x", "ALTER TABLE t DROP COLUMN x"})
                   .unclear.empty());
  EXPECT_FALSE(scope_of({"ALTER TABLE a RENAME TO b", "DROP TABLE b"}).unclear.empty());
}

TEST(RowScope, AWriteBehindAnArmedTriggerIsUnclear) {
  EXPECT_FALSE(scope_of({"UPDATE t SET a = 1",
                         "CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()"})
                   .unclear.empty());
}

TEST(RowScope, ATableOfThePlansOwnIsToldApart) {
  const auto scope = scope_of({"CREATE TABLE n (id int)", "INSERT INTO n VALUES (1)"});
  ASSERT_EQ(scope.tables.size(), 1U);
  EXPECT_TRUE(scope.tables[0].created);
}

} // namespace
} // namespace slipway::plan
