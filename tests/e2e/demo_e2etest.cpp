#include "running_program.hpp"

#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

namespace slipway {
namespace {

TEST(Demo, TellsItsStoryAndLeavesNothingBehind) {
  test::ProjectFolder temporary;
  std::map<std::string, std::string> environment{{"TMPDIR", temporary.path()}};
  const auto ran = test::slipway(
      {"demo"}, {.environment = environment, .working_directory = temporary.path(), .input = {}});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  for (const auto* told :
       {"1. From files to a schema", "2. Two runners at once", "3. A migration that breaks",
        "4. Down, up again, redo", "5. Two in the morning", "are there: 0 lost",
        "column \"user_id\" of relation \"orders\" does not exist", "[ ] 20261120090000"})
    EXPECT_NE(ran.out.find(told), std::string::npos) << told;
  EXPECT_EQ(ran.out.find('\x1b'), std::string::npos) << "plain without a terminal";
  // The cached result of initdb may stay, in a folder of its own; servers and projects may not.
  for (const auto& entry : std::filesystem::directory_iterator(temporary.path()))
    EXPECT_EQ(entry.path().filename(), "slipway-" + std::to_string(getuid()));
}

} // namespace
} // namespace slipway
