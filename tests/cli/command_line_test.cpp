// What a command line is taken to mean, and what is said of one that means nothing.
#include "command_line.hpp"

#include "options.hpp"

#include <array>
#include <gtest/gtest.h>
#include <memory>
#include <rapidcheck/gtest.h>

namespace slipway::cli {
namespace {

Command up_command() {
  Command command;
  command.name = "up";
  command.summary = "apply";
  command.group = "Run";
  command.settings = {"apply.lock_timeout", "apply.allow_out_of_order", "output.color"};
  command.configure = [](CLI::App& app) -> Run {
    auto steps = std::make_shared<std::optional<std::int64_t>>();
    auto mode = std::make_shared<std::string>();
    add_number(app, "--steps", *steps, 1, "How many");
    auto flags = std::make_shared<std::array<bool, 3>>();
    CLI::Option* fast = app.add_flag("--fast", (*flags)[0], "Hurry");
    app.add_flag("--careful", (*flags)[1], "Do not")->excludes(fast);
    app.add_flag("--now", (*flags)[2], "At once")->needs(fast);
    add_choice(app, "--mode", *mode, {"plain", "grouped"}, "How");
    return [steps, mode, flags](Invocation&) -> Result<int> { return 0; };
  };
  return command;
}

Command named_command(std::string_view name, bool required) {
  Command command;
  command.name = name;
  command.summary = "take names";
  command.group = "Run";
  command.configure = [required](CLI::App& app) -> Run {
    auto names = std::make_shared<std::vector<std::string>>();
    app.add_option("NAME", *names, "Names")->required(required);
    return [names](Invocation&) -> Result<int> { return static_cast<int>(names->size()); };
  };
  return command;
}

Command dev_command() {
  Command command;
  command.name = "dev";
  command.summary = "below";
  command.group = "Start";
  command.configure = [](CLI::App& app) -> Run {
    app.require_subcommand(1);
    app.add_subcommand("up", "start");
    app.add_subcommand("down", "stop");
    return [](Invocation&) -> Result<int> { return 0; };
  };
  return command;
}

std::vector<Command> some_commands() {
  return {up_command(), named_command("new", true), named_command("maybe", false), dev_command()};
}

class CommandLineTest : public ::testing::Test {
protected:
  Result<Request> parse(const std::vector<std::string>& arguments) {
    line_ = std::make_unique<CommandLine>(commands_);
    return line_->parse(arguments);
  }
  Request accepted(const std::vector<std::string>& arguments) {
    auto request = parse(arguments);
    if (request) return *request;
    ADD_FAILURE() << request.error().message;
    return {};
  }
  std::string refused(const std::vector<std::string>& arguments) {
    auto request = parse(arguments);
    if (request) return "(accepted)";
    EXPECT_EQ(request.error().code, ErrorCode::usage);
    EXPECT_EQ(request.error().hint.rfind("see slipway", 0), 0U) << request.error().hint;
    return request.error().message;
  }

private:
  std::vector<Command> commands_ = some_commands();
  std::unique_ptr<CommandLine> line_;
};

TEST_F(CommandLineTest, an_unknown_option_is_named_with_the_nearest_one) {
  EXPECT_EQ(refused({"up", "--stpes", "3"}),
            "unknown option --stpes for \"slipway up\"; did you mean --steps?");
  EXPECT_EQ(refused({"up", "--stpes=3"}),
            "unknown option --stpes for \"slipway up\"; did you mean --steps?");
  EXPECT_EQ(refused({"--stpes", "up"}),
            "unknown option --stpes for \"slipway up\"; did you mean --steps?");
  EXPECT_EQ(refused({"up", "--jsno"}),
            "unknown option --jsno for \"slipway up\"; did you mean --json?");
  EXPECT_EQ(refused({"up", "--lock-timeuot", "1s"}),
            "unknown option --lock-timeuot for \"slipway up\"; did you mean --lock-timeout?");
  EXPECT_EQ(refused({"up", "--something-else-entirely"}),
            "unknown option --something-else-entirely for \"slipway up\"");
  EXPECT_EQ(refused({"up", "-x"}), "unknown option -x for \"slipway up\"");
  EXPECT_EQ(refused({"--jsn"}), "unknown option --jsn; did you mean --json?");
}

TEST_F(CommandLineTest,
       an_unknown_option_of_a_command_with_required_arguments_is_named_all_the_same) {
  EXPECT_EQ(refused({"new", "--jsn"}),
            "unknown option --jsn for \"slipway new\"; did you mean --json?");
}

TEST_F(CommandLineTest, options_are_not_abbreviated) {
  EXPECT_NE(refused({"up", "--step", "3"}), "(accepted)");
}

TEST_F(CommandLineTest, an_unknown_command_is_named_with_the_nearest_one) {
  EXPECT_EQ(refused({"upp"}), "there is no command \"slipway upp\"; did you mean \"up\"?");
  EXPECT_EQ(refused({"mayeb", "--json"}),
            "there is no command \"slipway mayeb\"; did you mean \"maybe\"?");
  EXPECT_EQ(refused({"dev", "donw"}),
            "there is no command \"slipway dev donw\"; did you mean \"down\"?");
  EXPECT_EQ(refused({"upp", "--help"}),
            "there is no command \"slipway upp\"; did you mean \"up\"?");
}

TEST_F(CommandLineTest, a_missing_value_or_argument_is_named) {
  EXPECT_EQ(refused({"up", "--steps"}), "--steps needs a value: N");
  EXPECT_EQ(refused({"--config"}), "--config needs a value: FILE");
  EXPECT_EQ(refused({"new"}), "\"slipway new\" needs NAME");
  EXPECT_EQ(refused({"dev"}), "\"slipway dev\" needs one of up, down");
}

TEST_F(CommandLineTest, a_wrong_value_is_named_with_what_would_be_right) {
  EXPECT_EQ(refused({"up", "--steps", "many"}),
            "--steps cannot be \"many\": it takes a whole number of at least 1");
  EXPECT_EQ(refused({"up", "--steps", "0"}),
            "--steps cannot be \"0\": it takes a whole number of at least 1");
  EXPECT_EQ(refused({"up", "--mode", "gruoped"}),
            "--mode cannot be \"gruoped\": it takes plain, grouped; did you mean grouped?");
  EXPECT_EQ(refused({"up", "--json=maybe"}), "--json takes no value");
  EXPECT_EQ(refused({"up", "--fast=very"}), "--fast takes no value");
}

TEST_F(CommandLineTest, an_option_given_twice_is_refused_because_one_of_them_would_be_ignored) {
  EXPECT_EQ(refused({"up", "--steps", "1", "--steps", "2"}), "--steps is given more than once");
  EXPECT_EQ(refused({"up", "--lock-timeout", "1s", "--lock-timeout", "2s"}),
            "--lock-timeout is given more than once");
}

TEST_F(CommandLineTest, options_that_contradict_or_need_each_other_are_named) {
  EXPECT_EQ(refused({"up", "--fast", "--careful"}), "--fast cannot be combined with --careful");
  EXPECT_EQ(refused({"up", "--now"}), "--now needs --fast");
}

TEST_F(CommandLineTest, an_argument_too_many_is_named) {
  EXPECT_EQ(refused({"up", "now"}), "\"slipway up\" has no use for the argument \"now\"");
  EXPECT_EQ(refused({"up", "new"}), "\"slipway up\" has no use for the argument \"new\"");
  EXPECT_EQ(refused({"dev", "up", "now"}),
            "\"slipway dev up\" has no use for the argument \"now\"");
}

TEST_F(CommandLineTest, an_argument_that_is_also_the_name_of_a_command_stays_an_argument) {
  const Request request = accepted({"new", "up", "maybe"});
  ASSERT_EQ(request.kind, Request::Kind::run);
  EXPECT_EQ(request.command->name, "new");
}

TEST_F(CommandLineTest, after_two_dashes_everything_is_an_argument) {
  EXPECT_EQ(accepted({"new", "--", "--jsn", "-x"}).command->name, "new");
  EXPECT_EQ(accepted({"maybe", "--"}).command->name, "maybe");
}

TEST_F(CommandLineTest, global_options_count_before_and_after_the_command) {
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"--json", "--config", "a.toml", "up"},
                                             {"up", "--json", "--config", "a.toml"},
                                             {"up", "--config=a.toml", "--json"}}) {
    const Request request = accepted(arguments);
    EXPECT_EQ(request.kind, Request::Kind::run);
    EXPECT_TRUE(request.globals.json);
    EXPECT_EQ(request.globals.config_file, "a.toml");
  }
  EXPECT_TRUE(accepted({"dev", "up", "-q", "--yes", "--no-input"}).globals.quiet);
}

TEST_F(CommandLineTest, settings_given_as_flags_are_handed_on_by_key) {
  const Request request =
      accepted({"up", "--lock-timeout", "1s", "--allow-out-of-order", "--color", "never"});
  const std::map<std::string, std::string, std::less<>> expected{
      {"apply.lock_timeout", "1s"},
      {"apply.allow_out_of_order", "true"},
      {"output.color", "never"}};
  EXPECT_EQ(request.flags, expected);
}

TEST_F(CommandLineTest, a_setting_that_the_file_turns_on_can_be_turned_off) {
  EXPECT_EQ(accepted({"up", "--no-allow-out-of-order"}).flags.at("apply.allow_out_of_order"),
            "false");
}

TEST_F(CommandLineTest, settings_that_were_not_given_are_not_handed_on) {
  EXPECT_TRUE(accepted({"up"}).flags.empty());
}

TEST_F(CommandLineTest, no_color_is_the_flag_of_the_colour_setting) {
  EXPECT_EQ(accepted({"--no-color", "up"}).flags.at("output.color"), "never");
}

TEST_F(CommandLineTest, help_is_found_wherever_it_stands) {
  EXPECT_EQ(accepted({"up", "--help"}).help_path, "up");
  EXPECT_EQ(accepted({"-h", "up"}).help_path, "up");
  EXPECT_EQ(accepted({"dev", "up", "-h"}).help_path, "dev up");
  EXPECT_EQ(accepted({"new", "--help"}).help_path, "new") << "though NAME is missing";
  EXPECT_EQ(accepted({"dev", "--help"}).help_path, "dev") << "though a command is missing";
  EXPECT_EQ(accepted({"--help"}).help_path, "");
  EXPECT_EQ(accepted({"--help"}).kind, Request::Kind::help);
}

TEST_F(CommandLineTest, nothing_asks_for_the_overview) {
  EXPECT_EQ(accepted({}).kind, Request::Kind::overview);
}

TEST_F(CommandLineTest, version_is_found_wherever_it_stands) {
  EXPECT_EQ(accepted({"--version"}).kind, Request::Kind::version);
  EXPECT_EQ(accepted({"-V"}).kind, Request::Kind::version);
  EXPECT_EQ(accepted({"new", "--version"}).kind, Request::Kind::version);
}

// Whatever the words, the answer is a request or a sentence of ours: the parser's own phrases never
// come through.
RC_GTEST_PROP(CommandLineProperty, every_line_is_understood_or_refused_in_our_words, ()) {
  const auto words = *rc::gen::container<std::vector<std::string>>(
      rc::gen::elementOf(std::vector<std::string>{"up",
                                                  "new",
                                                  "maybe",
                                                  "dev",
                                                  "down",
                                                  "--json",
                                                  "--json=1",
                                                  "--steps",
                                                  "--steps=",
                                                  "3",
                                                  "-3",
                                                  "--mode",
                                                  "plain",
                                                  "-q",
                                                  "-qv",
                                                  "-x",
                                                  "--",
                                                  "-",
                                                  "",
                                                  "--help",
                                                  "--version",
                                                  "--config",
                                                  "--color",
                                                  "always",
                                                  "--no-allow-out-of-order",
                                                  "--fast=2",
                                                  "--lock-timeout",
                                                  "++",
                                                  "a b",
                                                  "--careful",
                                                  "/x",
                                                  "{}",
                                                  "--=",
                                                  "=",
                                                  "-=3"}));
  const std::vector<Command> commands = some_commands();
  CommandLine line(commands);
  const auto request = line.parse(words);
  if (request) return;
  RC_ASSERT(request.error().code == ErrorCode::usage);
  for (const char* phrase :
       {"expected", "is required", "Could not convert", "required", "should never",
        "TEXT:", "Requires", "excludes", "Should be", "you should not see"})
    RC_ASSERT(request.error().message.find(phrase) == std::string::npos);
}

} // namespace
} // namespace slipway::cli
