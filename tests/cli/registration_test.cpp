// What every command must have; a new one that forgets something fails here.
#include "command_line.hpp"
#include "commands.hpp"
#include "completion.hpp"
#include "help_text.hpp"
#include "reference.hpp"

#include "slipway/base/text.hpp"
#include "slipway/test/test_data.hpp"

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <set>

namespace slipway::cli {
namespace {

std::string as_plain(observe::Role, std::string_view text) {
  return std::string(text);
}

TEST(Registration, every_command_file_is_in_the_list_and_the_other_way_round) {
  const std::string suffix = "_command.cpp";
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(test::project_path("cli"))) {
    const std::string name = entry.path().filename().string();
    if (name.size() > suffix.size() &&
        name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0)
      files.insert(name.substr(0, name.size() - suffix.size()));
  }
  std::set<std::string> registered;
  for (const Command& command : commands()) {
    EXPECT_TRUE(registered.emplace(command.name).second) << command.name << " is there twice";
  }
  EXPECT_EQ(files, registered);
}

TEST(Registration, names_are_one_lower_case_word) {
  for (const Command& command : commands())
    EXPECT_TRUE(std::all_of(command.name.begin(), command.name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || c == '-';
    })) << command.name;
}

TEST(Registration, a_group_is_a_known_one_or_empty) {
  const auto groups = command_groups();
  for (const Command& command : commands())
    EXPECT_TRUE(command.group.empty() ||
                std::find(groups.begin(), groups.end(), command.group) != groups.end())
        << command.name;
}

TEST(Registration, every_command_has_a_summary_without_full_stop_and_a_description) {
  for (const Command& command : commands()) {
    EXPECT_FALSE(command.summary.empty()) << command.name;
    EXPECT_NE(command.summary.back(), '.') << command.name;
    EXPECT_LE(command.summary.size(), 76U) << command.name;
    EXPECT_FALSE(command.description.empty()) << command.name;
  }
}

TEST(Registration, every_command_that_is_shown_has_an_example) {
  for (const Command& command : commands())
    EXPECT_TRUE(command.group.empty() || !command.examples.empty()) << command.name;
}

void expect_described(const CommandEntry& command) {
  for (const OptionEntry& option : command.options)
    EXPECT_FALSE(option.description.empty()) << command.path << " " << option.long_name;
  for (const OptionEntry& option : command.options)
    EXPECT_FALSE(option.long_name.empty()) << command.path << " " << option.short_name;
  for (const ArgumentEntry& argument : command.arguments)
    EXPECT_FALSE(argument.description.empty()) << command.path << " " << argument.name;
  for (const CommandEntry& sub : command.commands) expect_described(sub);
}

TEST(Registration, every_option_has_a_long_name_and_a_description) {
  const auto all = commands();
  const Reference reference = make_reference(all);
  for (const CommandEntry& command : reference.commands) expect_described(command);
  for (const OptionEntry& option : reference.global_options)
    EXPECT_FALSE(option.description.empty()) << option.long_name;
}

// The slipway call of an example as the shell would hand it over; empty when the line has another
// shape.
std::vector<std::string> words_of(std::string_view line) {
  const std::size_t call = line.find("slipway ");
  if (call == std::string_view::npos) return {};
  line = line.substr(call + 8);
  line = line.substr(0, line.find_first_of("|>;)&"));
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  for (const char c : line) {
    if (quote != 0 ? c == quote : (c == '\'' || c == '"')) {
      quote = quote != 0 ? '\0' : c;
    } else if (c == ' ' && quote == 0) {
      if (!word.empty()) words.push_back(word);
      word.clear();
    } else {
      word += c;
    }
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

TEST(Registration, every_example_is_a_command_line_that_is_understood) {
  const auto all = commands();
  const auto expect_understood = [&](std::string_view example) {
    const auto words = words_of(example);
    ASSERT_FALSE(words.empty()) << example;
    CommandLine line(all);
    const auto request = line.parse(words);
    EXPECT_TRUE(request.has_value()) << example << ": " << request.error().message;
  };
  for (const Command& command : all)
    for (const Example& example : command.examples) expect_understood(example.command);
  for (const Example& example : program_examples()) expect_understood(example.command);
}

TEST(Registration, the_overview_shows_every_command_and_two_examples) {
  const auto all = commands();
  const std::string text = overview_text(make_reference(all), as_plain, 80);
  for (const Command& command : all) {
    const bool shown = text.find("  " + std::string(command.name) + " ") != std::string::npos;
    EXPECT_EQ(shown, !command.group.empty()) << command.name;
  }
  EXPECT_EQ(program_examples().size(), 2U);
  for (const Example& example : program_examples())
    EXPECT_NE(text.find(example.command), std::string::npos);
}

TEST(Registration, help_of_the_program_is_as_recorded) {
  const auto all = commands();
  EXPECT_EQ(
      test::golden_difference("cli/help.txt", program_help(make_reference(all), as_plain, 80)), "");
}

TEST(Registration, help_of_a_command_leads_with_its_examples_and_names_all_it_takes) {
  const auto all = commands();
  const Reference reference = make_reference(all);
  for (const CommandEntry* command : shown_commands(reference)) {
    const std::string text = command_help(*command, reference, as_plain, 80);
    EXPECT_NE(text.find("Usage: slipway " + command->path), std::string::npos);
    for (const auto& [line, what] : command->examples)
      EXPECT_LT(text.find(line), text.find("Options of every command")) << command->path;
    for (const OptionEntry& option : command->options)
      EXPECT_NE(text.find(option.long_name), std::string::npos) << command->path;
    for (const ArgumentEntry& argument : command->arguments)
      EXPECT_NE(text.find(argument.name), std::string::npos) << command->path;
    EXPECT_NE(text.find("Exit status:"), std::string::npos);
  }
}

TEST(Registration, help_fits_the_width_wherever_words_allow_it) {
  const auto all = commands();
  const Reference reference = make_reference(all);
  for (const CommandEntry* command : shown_commands(reference)) {
    const std::string text = command_help(*command, reference, as_plain, 80);
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t end = std::min(text.find('\n', from), text.size());
      const std::string line = text.substr(from, end - from);
      const bool is_free = line.rfind("  slipway", 0) == 0 || line.rfind("Usage:", 0) == 0 ||
                           line.rfind("slipway ", 0) == 0 || line.find("  #") == 0 ||
                           line.find("slipway") != std::string::npos;
      EXPECT_TRUE(is_free || code_points(line) <= 80U) << command->path << ": " << line;
      from = end + 1;
    }
  }
}

TEST(Wrapping, words_longer_than_the_width_stay_whole) {
  EXPECT_EQ(wrapped("a bb ccccccccc d", 4), (std::vector<std::string>{"a bb", "ccccccccc", "d"}));
  EXPECT_TRUE(wrapped("", 10).empty());
}

} // namespace
} // namespace slipway::cli
