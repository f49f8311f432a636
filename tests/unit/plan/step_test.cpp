#include "slipway/plan/plan.hpp"

#include "slipway/test/migration_files.hpp"

#include <gtest/gtest.h>

namespace slipway::plan {
namespace {

Result<Step> step_of(const std::string& up, const std::string& directives = "") {
  const auto folder =
      test::folder_of({{"1_a.sql", test::migration_text(up, "SELECT 1;", directives)}});
  SLIPWAY_ASSIGN(auto migration, source::parse_migration(folder.files[0]));
  auto section = migration.up;
  return make_step(Direction::up, std::move(migration), std::move(section));
}

std::vector<std::pair<bool, std::size_t>> shape(const Step& step) {
  std::vector<std::pair<bool, std::size_t>> groups;
  for (const auto& group : step.groups)
    groups.emplace_back(group.transactional, group.statements.size());
  return groups;
}

using Shape = std::vector<std::pair<bool, std::size_t>>;

TEST(Step, StatementsThatMayShareATransactionDo) {
  const auto step =
      step_of("CREATE TABLE a (id int);\nCREATE TABLE b (id int);\nINSERT INTO a VALUES (1);");
  ASSERT_TRUE(step) << step.error().message;
  EXPECT_EQ(shape(*step), (Shape{{true, 3}}));
  EXPECT_TRUE(step->is_atomic());
}

TEST(Step, AStatementThatMayNotIsAlone) {
  const auto step = step_of(
      "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY i ON a (id);\nVACUUM a;\nCREATE TABLE b (id int);\nCREATE TABLE c (id int);");
  ASSERT_TRUE(step);
  EXPECT_EQ(shape(*step), (Shape{{true, 1}, {false, 1}, {false, 1}, {true, 2}}));
  EXPECT_FALSE(step->is_atomic());
}

TEST(Step, TransactionOffRunsEachStatementAlone) {
  const auto step =
      step_of("CREATE TABLE a (id int);\nCREATE TABLE b (id int);", "-- slipway:transaction off\n");
  ASSERT_TRUE(step);
  EXPECT_EQ(shape(*step), (Shape{{false, 1}, {false, 1}}));
}

TEST(Step, TransactionOnRefusesWhatCannotBeInOne) {
  const auto step = step_of("CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY i ON a (id);",
                            "-- slipway:transaction on\n");
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error().code, ErrorCode::source);
  EXPECT_EQ(step.error().place->line, 4U);
}

TEST(Step, ABeginAndCommitAroundTheFileAreLeftOut) {
  const auto step = step_of("BEGIN;\nCREATE TABLE a (id int);\nCOMMIT;");
  ASSERT_TRUE(step) << step.error().message;
  EXPECT_EQ(step->statement_count(), 1U);
  EXPECT_EQ(step->notes.size(), 1U);
}

// A COMMIT inside would end our transaction, and the history row would be written without the rest.
TEST(Step, TransactionControlInsideIsRefusedWithItsPlace) {
  for (const auto* text :
       {"CREATE TABLE a (id int);\nCOMMIT;", "BEGIN;\nCREATE TABLE a (id int);", "SAVEPOINT s;",
        "ROLLBACK;", "BEGIN;\nSELECT 1;\nCOMMIT;\nBEGIN;\nSELECT 2;\nCOMMIT;"}) {
    const auto step = step_of(text);
    ASSERT_FALSE(step) << text;
    EXPECT_EQ(step.error().code, ErrorCode::source);
    EXPECT_TRUE(step.error().place.has_value());
  }
}

TEST(Step, DiscardIsRefusedBecauseItDropsTheRunnerLock) {
  const auto step = step_of("DISCARD ALL;");
  ASSERT_FALSE(step);
  EXPECT_NE(step.error().message.find("lock"), std::string::npos);
}

TEST(Step, AnEditOfInlineCopyDataChangesTheDigest) {
  const auto one = step_of("COPY a FROM STDIN;\n1\n\\.\n");
  const auto other = step_of("COPY a FROM STDIN;\n2\n\\.\n");
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_NE(one->groups[0].statements[0].digest, other->groups[0].statements[0].digest);
}

} // namespace
} // namespace slipway::plan
