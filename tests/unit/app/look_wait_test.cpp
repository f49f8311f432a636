#include "slipway/app/target.hpp"
#include "slipway/test/memory_file_system.hpp"

#include <gtest/gtest.h>

namespace slipway::app {
namespace {

Millis time_to_look(const std::string& deadline) {
  test::MemoryFileSystem files;
  config::Inputs inputs;
  inputs.working_directory = ".";
  if (!deadline.empty()) inputs.flags["run.deadline"] = deadline;
  const auto config = config::settle(inputs, files);
  EXPECT_TRUE(config);
  NullSink events;
  Masker masker;
  const Context context{.config = *config,
                        .files = files,
                        .events = events,
                        .masker = masker,
                        .stop = nullptr,
                        .environment = {}};
  return look_wait(context).deadline.remaining();
}

// A server that is there and does not answer must not keep a person, or a pipeline, for a day.
TEST(LookWait, IsShortWhereNothingElseIsSaid) {
  EXPECT_LE(time_to_look(""), Millis(30'000));
  EXPECT_LE(time_to_look("0"), Millis(30'000));
}

TEST(LookWait, IsTheDeadlineWhereThatIsSaid) {
  EXPECT_LE(time_to_look("2s"), Millis(2'000));
  EXPECT_GT(time_to_look("10min"), Millis(30'000));
}

} // namespace
} // namespace slipway::app
