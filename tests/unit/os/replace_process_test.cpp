// Each success is tried in a child, which the test framework forks and watches.
#include "slipway/os/replace_process.hpp"

#include <csignal>
#include <cstdlib>
#include <gtest/gtest.h>

namespace slipway::os {
namespace {

Command shell(const std::string& script) {
  Command command;
  command.arguments = {"sh", "-c", script};
  return command;
}

// What the child does: becomes the program, or ends with a status no script here uses.
void become(const Command& command) {
  if (!replace_process(command)) std::_Exit(99);
}

TEST(ReplaceProcessDeathTest, the_process_becomes_the_program_and_ends_as_it_does) {
  EXPECT_EXIT(become(shell("exit 7")), ::testing::ExitedWithCode(7), "");
}

TEST(ReplaceProcessDeathTest, the_program_gets_its_environment_and_folder) {
  Command command = shell("test \"$GIVEN\" = yes && test -z \"$HOME\" && test \"$(pwd)\" = /");
  command.environment = {{"GIVEN", "yes"}};
  command.unset = {"HOME"};
  command.working_directory = "/";
  EXPECT_EXIT(become(command), ::testing::ExitedWithCode(0), "");
}

// Fails when the signal stays ignored: the script then goes on after the kill and ends with 5.
TEST(ReplaceProcessDeathTest, a_broken_pipe_ends_the_program_though_we_ignore_it) {
  const auto ignoring = [] {
    std::signal(SIGPIPE, SIG_IGN);
    become(shell("kill -PIPE $$; exit 5"));
  };
  EXPECT_EXIT(ignoring(), ::testing::KilledBySignal(SIGPIPE), "");
}

TEST(ReplaceProcess, a_program_that_is_not_there_is_an_error_and_we_go_on) {
  Command command;
  command.arguments = {"no-such-program-anywhere"};
  const Status status = replace_process(command);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::io);
  EXPECT_NE(status.error().message.find("no-such-program-anywhere"), std::string::npos);
}

TEST(ReplaceProcess, a_folder_that_is_not_there_is_named) {
  Command command = shell("exit 0");
  command.working_directory = "/no/such/folder";
  const Status status = replace_process(command);
  ASSERT_FALSE(status.has_value());
  EXPECT_NE(status.error().message.find("/no/such/folder"), std::string::npos);
}

} // namespace
} // namespace slipway::os
