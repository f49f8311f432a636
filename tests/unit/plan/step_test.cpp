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

// Fails when has_own_transaction says no to all, or when statements under `off` share a group: the
// first leaves more in doubt after a kill than need be, the second commits together what the file
// asked to be apart.
TEST(Step, TransactionOffGivesEachStatementATransactionOfItsOwn) {
  const auto step =
      step_of("CREATE TABLE a (id int);\nCREATE TABLE b (id int);\nSET work_mem = '4MB';",
              "-- slipway:transaction off\n");
  ASSERT_TRUE(step);
  EXPECT_EQ(shape(*step), (Shape{{true, 1}, {true, 1}, {true, 1}}));
  EXPECT_FALSE(step->is_atomic());
}

TEST(Step, TransactionOffRunsOutsideWhatMayNotBeInOneOrIsNotKnown) {
  const auto step =
      step_of("CALL p();\nDO $$ BEGIN END $$;\nREINDEX TABLE a;\nCLUSTER a USING i;\nVACUUM a;\n"
              "ALTER TABLE a SOMETHING NEW;\nFROBNICATE a;\nSELECT 1;",
              "-- slipway:transaction off\n");
  ASSERT_TRUE(step) << step.error().message;
  EXPECT_EQ(shape(*step), (Shape{{false, 1},
                                 {false, 1},
                                 {false, 1},
                                 {false, 1},
                                 {false, 1},
                                 {false, 1},
                                 {false, 1},
                                 {true, 1}}));
}

TEST(Step, TransactionOffGivesRowsTooManyForTheParserATransactionAllTheSame) {
  const auto step = step_of("INSERT INTO a VALUES ('" + std::string(1'100'000, 'x') + "');",
                            "-- slipway:transaction off\n");
  ASSERT_TRUE(step) << step.error().message;
  ASSERT_FALSE(step->groups[0].statements[0].facts.parsed);
  EXPECT_EQ(shape(*step), (Shape{{true, 1}}));
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

JournaledStatement row_of(const Step& step, std::int64_t number, StatementState state) {
  JournaledStatement row{.version = Version(1)};
  row.number = number;
  row.state = state;
  row.run = 7;
  row.witness = "indexes 1 2";
  for (const auto& group : step.groups)
    for (const auto& statement : group.statements)
      if (statement.number == number) row.digest = statement.digest;
  return row;
}

TEST(MarkDone, KeepsWhatAnEarlierRunBeganBesideWhatItFinished) {
  auto step = step_of("CREATE TABLE a (id int);\nVACUUM a;\nVACUUM b;");
  ASSERT_TRUE(step);
  ASSERT_TRUE(mark_done(*step, {row_of(*step, 1, StatementState::finished),
                                row_of(*step, 2, StatementState::started),
                                row_of(*step, 3, StatementState::failed)}));
  const auto& finished = step->groups[0].statements[0];
  const auto& started = step->groups[1].statements[0];
  const auto& failed = step->groups[2].statements[0];
  EXPECT_TRUE(finished.done);
  EXPECT_FALSE(finished.earlier);
  EXPECT_TRUE(started.interrupted());
  EXPECT_EQ(started.earlier->witness, "indexes 1 2");
  EXPECT_EQ(started.earlier->run, 7);
  EXPECT_TRUE(failed.earlier);
  EXPECT_FALSE(failed.interrupted());
}

// Fails when is_atomic forgets `resumed`: one transaction would then do again what is there.
TEST(MarkDone, AResumedStepIsNeverAtomic) {
  auto step = step_of("CREATE TABLE a (id int);\nCREATE TABLE b (id int);");
  ASSERT_TRUE(step);
  ASSERT_TRUE(step->is_atomic());
  ASSERT_TRUE(mark_done(*step, {row_of(*step, 1, StatementState::finished)}));
  EXPECT_FALSE(step->is_atomic());
}

// Fails when mark_done lets an edit of an interrupted statement pass: the new text would run though
// the old one may have taken effect.
TEST(MarkDone, AnInterruptedStatementMustNotChangeInTheFile) {
  auto before = step_of("CALL p(1);");
  auto after = step_of("CALL p(2);");
  ASSERT_TRUE(before && after);
  const auto marked = mark_done(*after, {row_of(*before, 1, StatementState::started)});
  ASSERT_FALSE(marked);
  EXPECT_EQ(marked.error().code, ErrorCode::part_way);
  EXPECT_NE(marked.error().hint.find("slipway repair --undone 1 --migration 1"), std::string::npos)
      << marked.error().hint;
  auto failed = row_of(*before, 1, StatementState::failed);
  ASSERT_TRUE(mark_done(*after, {failed})) << "one that failed may be mended";
  EXPECT_FALSE(after->groups[0].statements[0].earlier);
}

} // namespace
} // namespace slipway::plan
