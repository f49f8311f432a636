// slipway config: each value and where it came from.
#include "built_program.hpp"

#include <gtest/gtest.h>

namespace slipway::test {
namespace {

class ConfigTest : public ::testing::Test {
protected:
  ConfigTest() {
    project_.write("slipway.toml",
                   "[apply]\nlock_timeout = \"3s\"\nstatement_timeout = \"2min\"\n");
  }
  nlohmann::json setting(const std::string& key, const std::vector<std::string>& flags = {},
                         const std::map<std::string, std::string>& environment = {}) {
    std::vector<std::string> arguments{"config", key, "--json"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const Ran ran =
        slipway(arguments, {.environment = environment, .working_directory = project_.path()});
    EXPECT_EQ(ran.status, 0) << ran.err;
    return ran.json().at("settings").at(0);
  }
  ProjectFolder project_;
};

TEST_F(ConfigTest, names_the_origin_of_each_value) {
  const auto expect = [&](const nlohmann::json& setting, const char* value, const char* origin,
                          const char* where) {
    EXPECT_EQ(setting.at("value"), value);
    EXPECT_EQ(setting.at("origin"), origin);
    EXPECT_EQ(setting.at("where"), where);
  };
  expect(setting("apply.lock_budget"), "1min", "built_in", "built in");
  expect(setting("apply.lock_timeout"), "3s", "file", "slipway.toml:2");
  const std::map<std::string, std::string> environment{{"SLIPWAY_LOCK_TIMEOUT", "4s"}};
  expect(setting("apply.lock_timeout", {}, environment), "4s", "environment",
         "SLIPWAY_LOCK_TIMEOUT");
  expect(setting("apply.lock_timeout", {"--lock-timeout", "5s"}, environment), "5s", "flag",
         "--lock-timeout");
}

TEST_F(ConfigTest, text_lists_every_setting_with_value_and_origin) {
  const Ran ran = slipway({"config"}, {.working_directory = project_.path()});
  const auto document =
      slipway({"config", "--json"}, {.working_directory = project_.path()}).json();
  EXPECT_EQ(document.at("file"), project_.file("slipway.toml"));
  EXPECT_GT(document.at("settings").size(), 10U);
  for (const auto& setting : document.at("settings"))
    EXPECT_NE(ran.out.find(setting.at("key").get<std::string>()), std::string::npos);
  EXPECT_NE(ran.out.find("slipway.toml:3"), std::string::npos) << ran.out;
}

TEST_F(ConfigTest, a_setting_that_is_not_there_is_refused_with_the_nearest) {
  const Ran ran = slipway({"config", "apply.lock_timout"}, {.working_directory = project_.path()});
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.err.find("did you mean apply.lock_timeout?"), std::string::npos) << ran.err;
}

TEST_F(ConfigTest, without_a_file_everything_is_built_in) {
  const ProjectFolder empty;
  const auto document = slipway({"config", "--json"}, {.working_directory = empty.path()}).json();
  EXPECT_TRUE(document.at("file").is_null());
  for (const auto& setting : document.at("settings"))
    EXPECT_TRUE(setting.at("key") == "dev.server_bin" || setting.at("origin") == "built_in")
        << setting.dump();
}

TEST_F(ConfigTest, a_wrong_flag_value_ends_with_2_and_names_the_flag) {
  const Ran ran =
      slipway({"config", "--lock-timeout", "soon"}, {.working_directory = project_.path()});
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.err.find("--lock-timeout"), std::string::npos) << ran.err;
}

} // namespace
} // namespace slipway::test
