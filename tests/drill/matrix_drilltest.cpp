// The way back of every kind of change, on every path, idle and under writes, with every fault.
#include "stage.hpp"

#include <fmt/format.h>
#include <iostream>

namespace slipway {
namespace {

class DrillMatrix : public ::testing::TestWithParam<std::string> {
protected:
  static test::DrillStage& stage() {
    static test::DrillStage one;
    return one;
  }
  static const test::DrillKind& kind() {
    for (const auto& one : test::drill_kinds())
      if (one.name == GetParam()) return one;
    throw std::runtime_error("no kind " + GetParam());
  }
};

TEST_P(DrillMatrix, EndsWithTheSchemaFromBeforeAndNoWriteLost) {
  for (const auto& cell : test::drill_cells(kind(), stage().major_version())) {
    SCOPED_TRACE(cell.name());
    try {
      const auto played = stage().play(cell);
      const char* outcome =
          played.trouble.empty()
              ? (played.hit || cell.fault.kind == test::FaultKind::none ? "good" : "not met")
              : "RED";
      std::cout
          << fmt::format(
                 "cell | {} | {} | {:.1f} s | {} present, {} parked, {} named | {} requests\n",
                 cell.name(), outcome, played.seconds, played.audit.present, played.audit.parked,
                 played.audit.named, played.requests)
          << std::flush;
      EXPECT_EQ(played.trouble, "");
    } catch (const std::exception& problem) {
      std::cout << "cell | " << cell.name() << " | RED | | |\n" << std::flush;
      ADD_FAILURE() << problem.what();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, DrillMatrix, ::testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const auto& one : test::drill_kinds()) names.push_back(one.name);
                           return names;
                         }()),
                         [](const auto& one) { return one.param; });

} // namespace
} // namespace slipway
