#include "slipway/os/crash_plan.hpp"

#include <gtest/gtest.h>

#include <set>

namespace slipway::os {
namespace {

TEST(CrashPlan, EveryPointHasANameOfItsOwnThatIsRead) {
  std::set<std::string_view> names;
  for (const auto point : all_crash_points()) {
    const auto name = crash_point_name(point);
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_TRUE(CrashPlan::parse(name)) << name;
    EXPECT_TRUE(CrashPlan::parse(std::string(name) + ":3")) << name;
  }
  EXPECT_EQ(names.count(""), 0U);
}

TEST(CrashPlan, KillsAtTheNthTimeAndOnlyThere) {
  EXPECT_EXIT(
      {
        auto plan = CrashPlan::parse("apply.before_commit:2");
        plan->reach(CrashPoint::after_commit);
        plan->reach(CrashPoint::before_commit);
        plan->reach(CrashPoint::after_commit);
        std::fputs("still here", stderr);
        plan->reach(CrashPoint::before_commit);
        std::fputs("survived", stderr);
        std::exit(1);
      },
      ::testing::KilledBySignal(SIGKILL), "^still here$");
}

TEST(CrashPlan, WithoutTheVariableNothingHappens) {
  auto plan = CrashPlan::parse("");
  ASSERT_TRUE(plan);
  for (const auto point : all_crash_points()) plan->reach(point);
}

TEST(CrashPlan, AnUnknownNameIsAnErrorThatListsTheNames) {
  for (const auto* text : {"apply.nowhere", "apply.before_commit:0", "apply.before_commit:x",
                           "apply.before_commit:", ":1"}) {
    const auto plan = CrashPlan::parse(text);
    ASSERT_FALSE(plan) << text;
    EXPECT_EQ(plan.error().code, ErrorCode::configuration);
    EXPECT_NE(plan.error().hint.find("apply.before_commit"), std::string::npos);
  }
}

} // namespace
} // namespace slipway::os
