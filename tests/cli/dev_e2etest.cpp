// slipway dev: a server that stays from one invocation to the next, until it is removed.
#include "built_program.hpp"

#include <filesystem>
#include <gtest/gtest.h>

namespace slipway::test {
namespace {

class DevTest : public ::testing::Test {
protected:
  ~DevTest() override { slipway({"dev", "down", "--yes"}, options()); }
  RunOptions options() const {
    return {.environment = {{"XDG_STATE_HOME", project_.file("state")}},
            .working_directory = project_.path()};
  }
  Ran dev(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "dev");
    return slipway(arguments, options());
  }
  ProjectFolder project_;
};

TEST_F(DevTest, without_a_server_url_and_psql_say_how_to_get_one) {
  for (const char* action : {"url", "psql"}) {
    const Ran ran = dev({action});
    EXPECT_EQ(ran.status, 3) << action;
    EXPECT_NE(ran.err.find("slipway dev up"), std::string::npos) << ran.err;
  }
  EXPECT_EQ(dev({"down", "--json"}).json().at("removed"), false);
}

TEST_F(DevTest, a_server_stays_with_its_data_and_goes_with_it) {
  const Ran up = dev({"up"});
  ASSERT_EQ(up.status, 0) << up.err;
  ASSERT_EQ(up.out.rfind("postgres", 0), 0U) << up.out;
  EXPECT_EQ(dev({"url"}).out, up.out);
  const auto described = dev({"up", "--json"}).json();
  EXPECT_EQ(described.at("connection_string").get<std::string>() + "\n", up.out);
  EXPECT_EQ(described.at("running"), true);

  const Ran made = dev({"psql", "--", "-c", "CREATE TABLE kept AS SELECT 42 AS answer"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(dev({"psql", "--", "-Atc", "SELECT answer FROM kept"}).out, "42\n");

  // psql asks the system how it was called itself: what stands there, every user of the machine can
  // read.
  const Ran called = dev({"psql", "--", "-c", "\\! tr '\\0' '\\n' < /proc/$PPID/cmdline"});
  EXPECT_NE(called.out.find("\n" + up.out), std::string::npos) << called.out;
  EXPECT_EQ(up.out.rfind("postgres://postgres@/", 0), 0U) << "no password within it";

  const std::string folder = described.at("folder");
  EXPECT_TRUE(std::filesystem::exists(folder));
  const Ran unanswered = dev({"down"});
  EXPECT_EQ(unanswered.status, 2) << "nobody can be asked";
  EXPECT_EQ(dev({"url"}).status, 0) << "nothing is removed without an answer";
  const Ran down = dev({"down", "--yes"});
  EXPECT_EQ(down.status, 0) << down.err;
  EXPECT_FALSE(std::filesystem::exists(folder));
  EXPECT_EQ(dev({"url"}).status, 3);
}

TEST_F(DevTest, psql_has_no_json) {
  EXPECT_EQ(dev({"psql", "--json"}).status, 2);
}

} // namespace
} // namespace slipway::test
