// What every invocation of the built program has in common: streams, exit statuses, help, version.
#include "built_program.hpp"

#include <gtest/gtest.h>

namespace slipway::test {
namespace {

TEST(Surface, without_arguments_it_says_what_it_is_with_two_examples) {
  const Ran ran = slipway({});
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.err, "");
  EXPECT_NE(ran.out.find("Examples:"), std::string::npos);
  EXPECT_NE(ran.out.find("slipway new "), std::string::npos);
}

TEST(Surface, version_is_one_line_on_standard_output) {
  for (const char* option : {"--version", "-V"}) {
    const Ran ran = slipway({option});
    EXPECT_EQ(ran.status, 0);
    EXPECT_EQ(ran.out.rfind("slipway ", 0), 0U);
    EXPECT_EQ(ran.out.find('\n'), ran.out.size() - 1);
    EXPECT_EQ(ran.err, "");
  }
  EXPECT_EQ("slipway " + slipway({"--version", "--json"}).json().at("version").get<std::string>() +
                "\n",
            slipway({"--version"}).out);
}

TEST(Surface, version_reads_no_configuration) {
  const ProjectFolder project;
  project.write("slipway.toml", "this is not TOML = = =");
  EXPECT_EQ(slipway({"--version"}, {.working_directory = project.path()}).status, 0);
  EXPECT_EQ(slipway({"config"}, {.working_directory = project.path()}).status, 2);
}

TEST(Surface, the_three_ways_to_help_agree) {
  const Ran flag = slipway({"new", "--help"});
  EXPECT_EQ(flag.status, 0);
  EXPECT_EQ(flag.out, slipway({"help", "new"}).out);
  EXPECT_EQ(flag.out, slipway({"-h", "new"}).out);
  EXPECT_EQ(slipway({"help"}).out, slipway({"--help"}).out);
  EXPECT_EQ(slipway({"help", "dev", "up"}).out, slipway({"dev", "up", "-h"}).out);
}

TEST(Surface, help_of_a_command_that_is_not_there_names_the_nearest) {
  const Ran ran = slipway({"help", "explian"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.err.find("did you mean \"explain\"?"), std::string::npos) << ran.err;
  EXPECT_EQ(ran.out, "");
}

TEST(Surface, help_as_json_lists_commands_and_options) {
  const auto document = slipway({"help", "--json"}).json();
  EXPECT_EQ(document.at("schema"), 1);
  EXPECT_GE(document.at("commands").size(), 8U);
  EXPECT_EQ(slipway({"help", "new", "--json"}).json().at("command").at("name"), "new");
}

TEST(Surface, a_wrong_command_line_ends_with_2_and_says_so_on_standard_error_only) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"--nonsense"},
                                                                     {"nonsense"},
                                                                     {"new"},
                                                                     {"config", "--color", "pink"},
                                                                     {"explain", "a", "b"},
                                                                     {"dev"},
                                                                     {"--config"}}) {
    const Ran ran = slipway(arguments);
    EXPECT_EQ(ran.status, 2) << arguments.front();
    EXPECT_EQ(ran.out, "") << arguments.front();
    EXPECT_NE(ran.err, "") << arguments.front();
  }
}

TEST(Surface, the_nearest_option_is_suggested) {
  const Ran ran = slipway({"new", "--fromat", "auto", "x"});
  EXPECT_NE(ran.err.find("unknown option --fromat for \"slipway new\"; did you mean --format?"),
            std::string::npos)
      << ran.err;
  EXPECT_NE(ran.err.find("slipway new --help"), std::string::npos) << ran.err;
}

TEST(Surface, an_error_as_json_has_the_documented_shape) {
  const Ran ran = slipway({"config", "nonsense", "--json"});
  EXPECT_EQ(ran.status, 2);
  const auto document = ran.json();
  EXPECT_EQ(document.at("schema"), 1);
  const auto& error = document.at("error");
  EXPECT_EQ(error.at("code"), "usage");
  for (const char* key : {"message", "hint"}) EXPECT_TRUE(error.at(key).is_string()) << key;
}

TEST(Surface, nothing_is_coloured_where_nobody_looks_or_nobody_wants_it) {
  EXPECT_EQ(slipway({"help"}).out.find('\x1b'), std::string::npos);
  EXPECT_EQ(slipway({"help"}, {.environment = {{"FORCE_COLOR", "1"}}}).out.find('\x1b') ==
                std::string::npos,
            false);
  EXPECT_EQ(slipway({"help"}, {.environment = {{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}}})
                .out.find('\x1b'),
            std::string::npos);
  EXPECT_EQ(
      slipway({"help", "--no-color"}, {.environment = {{"FORCE_COLOR", "1"}}}).out.find('\x1b'),
      std::string::npos);
}

TEST(Surface, global_options_may_follow_the_command) {
  const ProjectFolder project;
  project.write("other.toml", "[apply]\nlock_timeout = \"7s\"\n");
  const RunOptions here{.working_directory = project.path()};
  const auto before =
      slipway({"--config", "other.toml", "--json", "config", "apply.lock_timeout"}, here);
  const auto after =
      slipway({"config", "apply.lock_timeout", "--json", "--config", "other.toml"}, here);
  EXPECT_EQ(before.json().at("settings").at(0).at("value"), "7s");
  EXPECT_EQ(before.out, after.out);
}

} // namespace
} // namespace slipway::test
