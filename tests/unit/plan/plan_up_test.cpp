#include "slipway/plan/plan.hpp"

#include "history_of.hpp"
#include "slipway/test/migration_files.hpp"

#include <gtest/gtest.h>

namespace slipway::plan {
namespace {

using test::folder_of;
using test::history_of;
using test::migration_text;

std::string table(const std::string& name, const std::string& directives = "") {
  return migration_text("CREATE TABLE " + name + " (id int);", "DROP TABLE " + name + ";",
                        directives);
}

std::vector<std::int64_t> versions(const Plan& plan) {
  std::vector<std::int64_t> numbers;
  for (const auto& step : plan.steps) numbers.push_back(step.migration.version.number());
  return numbers;
}

using Numbers = std::vector<std::int64_t>;

TEST(PlanUp, GoesInNumericNotTextualOrder) {
  const auto folder =
      folder_of({{"10_c.sql", table("c")}, {"2_b.sql", table("b")}, {"1_a.sql", table("a")}});
  const auto plan = plan_up(folder, {}, {}, LateMerges::refuse);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(versions(*plan), (Numbers{1, 2, 10}));
}

TEST(PlanUp, LeavesOutWhatIsApplied) {
  const auto folder = folder_of({{"1_a.sql", table("a")}, {"2_b.sql", table("b")}});
  const auto plan = plan_up(folder, history_of(folder, {1}), {}, LateMerges::refuse);
  ASSERT_TRUE(plan);
  EXPECT_EQ(versions(*plan), (Numbers{2}));
}

TEST(PlanUp, StopsAtTheVersionAskedFor) {
  const auto folder =
      folder_of({{"1_a.sql", table("a")}, {"2_b.sql", table("b")}, {"3_c.sql", table("c")}});
  EXPECT_EQ(versions(*plan_up(folder, {}, {.to = Version(2), .steps = {}}, LateMerges::refuse)),
            (Numbers{1, 2}));
  EXPECT_EQ(versions(*plan_up(folder, {}, {.to = {}, .steps = 1}, LateMerges::refuse)),
            (Numbers{1}));
  const auto unknown = plan_up(folder, {}, {.to = Version(9), .steps = {}}, LateMerges::refuse);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::usage);
}

// Without refuse_late the late migration would run after later ones, in another order than on every
// other database.
TEST(PlanUp, RefusesALateMergeAndNamesIt) {
  const auto folder =
      folder_of({{"1_a.sql", table("a")}, {"2_late.sql", table("b")}, {"3_c.sql", table("c")}});
  const auto history = history_of(folder, {1, 3});
  const auto refused = plan_up(folder, history, {}, LateMerges::refuse);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::check_failed);
  EXPECT_NE(refused.error().message.find("2 late"), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find("3 c"), std::string::npos) << refused.error().message;
  const auto allowed = plan_up(folder, history, {}, LateMerges::allow);
  ASSERT_TRUE(allowed);
  EXPECT_EQ(versions(*allowed), (Numbers{2}));
}

TEST(PlanUp, PutsARequiredMigrationFirst) {
  const auto folder = folder_of({{"1_a.sql", table("a", "-- slipway:requires 3\n")},
                                 {"2_b.sql", table("b")},
                                 {"3_c.sql", table("c")}});
  const auto plan = plan_up(folder, {}, {}, LateMerges::refuse);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(versions(*plan), (Numbers{3, 1, 2}));
}

TEST(PlanUp, RefusesARequirementThatDoesNotExistOrIsNotSelected) {
  const auto folder =
      folder_of({{"1_a.sql", table("a", "-- slipway:requires 3\n")}, {"3_c.sql", table("c")}});
  const auto beyond = plan_up(folder, {}, {.to = Version(1), .steps = {}}, LateMerges::refuse);
  ASSERT_FALSE(beyond);
  EXPECT_NE(beyond.error().message.find("not among those selected"), std::string::npos);
  const auto missing = plan_up(folder_of({{"1_a.sql", table("a", "-- slipway:requires 7\n")}}), {},
                               {}, LateMerges::refuse);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("does not exist"), std::string::npos);
}

TEST(PlanUp, NamesTheCircleOfRequirements) {
  const auto folder = folder_of({{"1_a.sql", table("a", "-- slipway:requires 2\n")},
                                 {"2_b.sql", table("b", "-- slipway:requires 3\n")},
                                 {"3_c.sql", table("c", "-- slipway:requires 2\n")}});
  const auto plan = plan_up(folder, {}, {}, LateMerges::refuse);
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().message.find("2 -> 3 -> 2"), std::string::npos) << plan.error().message;
}

TEST(PlanUp, AChainOfRequirementsAsLongAsTheFolderIsNoProblem) {
  std::map<std::string, std::string> files;
  constexpr int k_count = 3000;
  for (int i = 1; i <= k_count; ++i)
    files[std::to_string(i) + "_m.sql"] =
        table("t" + std::to_string(i),
              i < k_count ? "-- slipway:requires " + std::to_string(i + 1) + "\n" : "");
  const auto plan = plan_up(folder_of(files), {}, {}, LateMerges::refuse);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->steps.front().migration.version, Version(k_count));
}

// Without refuse_inconsistent an edited migration would be taken for the one that was applied.
TEST(PlanUp, RefusesAFileThatChangedAfterBeingApplied) {
  const auto before = folder_of({{"1_a.sql", table("a")}, {"2_b.sql", table("b")}});
  const auto after = folder_of({{"1_a.sql", table("other")}, {"2_b.sql", table("b")}});
  const auto plan = plan_up(after, history_of(before, {1}), {}, LateMerges::refuse);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, ErrorCode::check_failed);
  EXPECT_EQ(plan.error().place->file, "migrations/1_a.sql");
}

TEST(PlanUp, CommentsAndLineEndsAreNoChange) {
  const auto before =
      folder_of({{"1_a.sql", migration_text("CREATE TABLE a (id int);", "DROP TABLE a;")}});
  const auto comment = folder_of(
      {{"1_a.sql", migration_text("-- why\nCREATE TABLE  a (id int);", "DROP TABLE a;")}});
  const auto crlf = folder_of(
      {{"1_a.sql",
        "-- slipway:up\r\nCREATE TABLE a (id int);\r\n\r\n-- slipway:down\r\nDROP TABLE a;\r\n"}});
  const auto history = history_of(before, {1});
  EXPECT_EQ(compare(comment, history).entries[0].difference, Difference::comments);
  EXPECT_EQ(compare(crlf, history).entries[0].difference, Difference::line_ends);
  EXPECT_TRUE(compare(comment, history).clean());
}

TEST(PlanUp, AChangedConstantIsAChange) {
  const auto before =
      folder_of({{"1_a.sql", migration_text("ALTER TABLE a ALTER b SET DEFAULT 1;",
                                            "ALTER TABLE a ALTER b DROP DEFAULT;")}});
  const auto after =
      folder_of({{"1_a.sql", migration_text("ALTER TABLE a ALTER b SET DEFAULT 2;",
                                            "ALTER TABLE a ALTER b DROP DEFAULT;")}});
  EXPECT_EQ(compare(after, history_of(before, {1})).entries[0].difference, Difference::changed);
}

TEST(PlanUp, GoesOnWithAHalfAppliedMigrationBeforeAnythingElse) {
  const auto text =
      migration_text("CREATE INDEX CONCURRENTLY i ON t (a);\nCREATE INDEX CONCURRENTLY j ON t (b);",
                     "DROP INDEX i, j;");
  const auto folder =
      folder_of({{"1_a.sql", table("a")}, {"2_i.sql", text}, {"3_c.sql", table("c")}});
  auto history = history_of(folder, {1, 2});
  history.applied[1].state = AppliedState::applying;
  const auto fresh = plan_up(folder, history_of(folder, {1}), {}, LateMerges::refuse);
  const auto digest = fresh->steps[0].groups[0].statements[0].digest;
  history.unfinished.push_back({.version = Version(2),
                                .direction = Direction::up,
                                .number = 1,
                                .digest = digest,
                                .state = StatementState::finished,
                                .run = 4,
                                .message = {}});
  const auto plan = plan_up(folder, history, {}, LateMerges::refuse);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(versions(*plan), (Numbers{2, 3}));
  EXPECT_TRUE(plan->steps[0].resumed);
  EXPECT_EQ(plan->steps[0].first_undone(), 2);

  history.unfinished[0].digest = "something else was there";
  const auto edited = plan_up(folder, history, {}, LateMerges::refuse);
  ASSERT_FALSE(edited);
  EXPECT_EQ(edited.error().place->line, 2U);
}

} // namespace
} // namespace slipway::plan
