#include "slipway/plan/plan.hpp"

#include "history_of.hpp"
#include "slipway/test/migration_files.hpp"

#include <gtest/gtest.h>

namespace slipway::plan {
namespace {

using test::folder_of;
using test::history_of;
using test::migration_text;
using Numbers = std::vector<std::int64_t>;

source::Folder three() {
  return folder_of({{"1_a.sql", migration_text("CREATE TABLE a (id int);", "DROP TABLE a;")},
                    {"2_b.sql", migration_text("CREATE TABLE b (id int);", "DROP TABLE b;")},
                    {"3_c.sql", migration_text("CREATE TABLE c (id int);", "DROP TABLE c;")}});
}

Numbers numbers(const std::vector<Version>& versions) {
  Numbers list;
  for (const auto& version : versions) list.push_back(version.number());
  return list;
}

Numbers numbers(const Plan& plan) {
  Numbers list;
  for (const auto& step : plan.steps) list.push_back(step.migration.version.number());
  return list;
}

TEST(PlanDown, UndoesTheNewestByDefault) {
  EXPECT_EQ(numbers(*plan_down(history_of(three(), {1, 2, 3}), {})), (Numbers{3}));
}

TEST(PlanDown, NewestMeansLastAppliedNotHighest) {
  EXPECT_EQ(numbers(*plan_down(history_of(three(), {1, 3, 2}), {.to = {}, .steps = 2})),
            (Numbers{2, 3}));
}

TEST(PlanDown, ToAVersionLeavesThatOne) {
  EXPECT_EQ(numbers(*plan_down(history_of(three(), {1, 2, 3}), {.to = Version(1), .steps = {}})),
            (Numbers{3, 2}));
  EXPECT_EQ(numbers(*plan_down(history_of(three(), {1, 2, 3}), {.to = Version(0), .steps = {}})),
            (Numbers{3, 2, 1}));
  EXPECT_FALSE(plan_down(history_of(three(), {1, 2}), {.to = Version(3), .steps = {}}));
}

TEST(PlanDown, MoreStepsThanThereAreUndoesAll) {
  EXPECT_EQ(numbers(*plan_down(history_of(three(), {1, 2}), {.to = {}, .steps = 9})),
            (Numbers{2, 1}));
}

// Refused before anything runs: half of a rollback is worse than none.
TEST(PlanDown, AnIrreversibleOneStopsAllOfThem) {
  const auto folder = folder_of(
      {{"1_a.sql", "-- slipway:irreversible the old data is gone\n-- slipway:up\nDROP TABLE x;\n"},
       {"2_b.sql", migration_text("CREATE TABLE b (id int);", "DROP TABLE b;")}});
  const auto plan = plan_down(history_of(folder, {1, 2}), {.to = {}, .steps = 2});
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().message.find("the old data is gone"), std::string::npos);
  EXPECT_EQ(numbers(*plan_down(history_of(folder, {1, 2}), {})), (Numbers{2}));
}

TEST(PlanDown, AHalfAppliedOneIsNotUndoneAsIfItWereWhole) {
  auto history = history_of(three(), {1, 2});
  history.applied[1].state = AppliedState::applying;
  EXPECT_FALSE(plan_down(history, {}));
}

TEST(PlanDown, TheStoredScriptKeepsWhatItsFileSaidAboutRunningIt) {
  const auto folder = folder_of(
      {{"1_a.sql",
        migration_text(
            "CREATE TABLE a (id int);", "DROP TABLE a;\nSELECT 1;",
            "-- slipway:transaction off\n-- slipway:lock-timeout 7s\n-- slipway:statement-timeout 9s\n")}});
  const auto plan = plan_down(history_of(folder, {1}), {});
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->steps[0].groups.size(), 2U);
  EXPECT_EQ(plan->steps[0].migration.lock_timeout, std::chrono::milliseconds(7000));
  EXPECT_EQ(plan->steps[0].migration.statement_timeout, std::chrono::milliseconds(9000));
}

TEST(PlanGoto, GoesDownThroughEverythingAppliedSince) {
  // 3 was applied before the late 2, so going to 1 undoes 2 first.
  const auto way = plan_goto(three(), history_of(three(), {1, 3, 2}), Version(1));
  ASSERT_TRUE(way);
  EXPECT_EQ(numbers(way->undo), (Numbers{2, 3}));
  EXPECT_EQ(way->redo.to, Version(1));
}

TEST(PlanGoto, UndoesALateOneBelowTheTargetOnlyToApplyItAgain) {
  // Applied 1, 3, 2; going to 2 removes 3, which lies under 2.
  const auto way = plan_goto(three(), history_of(three(), {1, 3, 2}), Version(2));
  ASSERT_TRUE(way);
  EXPECT_EQ(numbers(way->undo), (Numbers{2, 3}));
  EXPECT_EQ(way->redo.to, Version(2));
}

TEST(PlanGoto, UpwardsUndoesNothing) {
  const auto way = plan_goto(three(), history_of(three(), {1}), Version(3));
  ASSERT_TRUE(way);
  EXPECT_TRUE(way->undo.empty());
}

TEST(PlanGoto, AnUnknownVersionIsRefused) {
  EXPECT_FALSE(plan_goto(three(), history_of(three(), {1}), Version(8)));
}

} // namespace
} // namespace slipway::plan
