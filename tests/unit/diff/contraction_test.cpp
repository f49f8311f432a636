#include "slipway/diff/contraction.hpp"
#include "slipway/diff/migration_text.hpp"

#include <gtest/gtest.h>

namespace slipway::diff {
namespace {

Statement adding(std::string sql) {
  Statement one;
  one.sql = std::move(sql);
  one.kind = "add column";
  return one;
}

Statement dropping(std::string sql) {
  Statement one;
  one.sql = std::move(sql);
  one.kind = "drop column";
  one.findings.push_back({FindingKind::data_loss, "column public.a.b", "goes", {}});
  return one;
}

std::vector<std::string> sql_of(const std::vector<Statement>& statements) {
  std::vector<std::string> all;
  for (const auto& one : statements) all.push_back(one.sql);
  return all;
}

TEST(Contractions, ComeLastInATransactionOfTheirOwn) {
  const auto parted = contractions_last({dropping("1"), adding("2"), dropping("3"), adding("4")});
  ASSERT_TRUE(parted);
  EXPECT_EQ(sql_of(*parted), (std::vector<std::string>{"2", "4", "1", "3"}));
  const auto drafts = drafts_of(*parted);
  ASSERT_EQ(drafts.size(), 2U);
  EXPECT_EQ(sql_of(drafts[0].up), (std::vector<std::string>{"2", "4"}));
  EXPECT_FALSE(drafts[0].contracts);
  EXPECT_EQ(sql_of(drafts[1].up), (std::vector<std::string>{"1", "3"}));
  EXPECT_TRUE(drafts[1].contracts);
}

// With all that belongs to it, in its order.
TEST(Contractions, ASoftDropIsOne) {
  const auto soft = [](std::string kind, std::string sql) {
    Statement one;
    one.sql = std::move(sql);
    one.kind = "trash " + std::move(kind);
    return one;
  };
  const auto parted =
      contractions_last({soft("schema", "1"), soft("key", "2"), soft("table", "3"), adding("4")});
  ASSERT_TRUE(parted);
  EXPECT_EQ(sql_of(*parted), (std::vector<std::string>{"4", "1", "2", "3"}));
}

TEST(Contractions, StayWhereThereIsNothingToPart) {
  EXPECT_FALSE(contractions_last({}));
  EXPECT_FALSE(contractions_last({adding("1"), adding("2")}));
  EXPECT_FALSE(contractions_last({dropping("1"), dropping("2")}));
}

// Between the two a rule would be absent.
TEST(Contractions, StayWhereTheyAreBoundToTheirNeighbours) {
  auto bound = adding("2");
  bound.with_previous = true;
  EXPECT_FALSE(contractions_last({dropping("1"), bound}));
  auto follows = dropping("2");
  follows.with_previous = true;
  EXPECT_FALSE(contractions_last({adding("1"), follows}));
}

TEST(Contractions, OneThatIsAloneIsNotGatheredWithWhatIsCommittedOneByOne) {
  auto index = adding("CREATE INDEX CONCURRENTLY i ON a (b)");
  index.transactional = false;
  const auto drafts = drafts_of({index, dropping("ALTER TABLE a DROP b")});
  ASSERT_EQ(drafts.size(), 2U);
  EXPECT_TRUE(drafts[1].contracts);
}

TEST(Contractions, WhatLosesValuesWithoutDroppingIsNone) {
  auto narrowing = dropping("ALTER TABLE a ALTER b TYPE int");
  narrowing.kind = "alter type";
  EXPECT_FALSE(is_contraction(narrowing));
  auto index = dropping("DROP INDEX i");
  index.findings.front().kind = FindingKind::index_dropped;
  EXPECT_FALSE(is_contraction(index));
}

} // namespace
} // namespace slipway::diff
