// The completion scripts, each read by its own shell where this machine has it; bash is always
// there.
#include "completion.hpp"

#include "commands.hpp"

#include "slipway/os/process.hpp"
#include "slipway/os/real_file_system.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <set>

namespace slipway::cli {
namespace {

constexpr Millis k_patience{60'000};

const std::vector<Command>& all_commands() {
  static const std::vector<Command> all = commands();
  return all;
}

os::Finished shell(const std::string& program, const std::vector<std::string>& arguments,
                   const std::string& input) {
  os::Command command;
  command.arguments = {program};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  command.input = input;
  auto finished = os::run(command, Wait{Deadline::after(k_patience)});
  if (!finished) throw std::runtime_error(finished.error().message);
  return *finished;
}

bool is_installed(const std::string& program) {
  return std::filesystem::exists("/usr/bin/" + program) ||
         std::filesystem::exists("/bin/" + program);
}

std::set<std::string> lines_of(const std::string& text) {
  std::set<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    if (end > from) lines.insert(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

// What bash offers when Tab is pressed at the end of `line`.
std::set<std::string> bash_offers(const std::vector<std::string>& line) {
  std::string script = bash_completion(make_reference(all_commands()));
  script += fmt::format(
      "COMP_WORDS=('{}')\nCOMP_CWORD={}\n_slipway\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
      fmt::join(line, "' '"), line.size() - 1);
  const os::Finished finished = shell("bash", {"--norc", "-s"}, script);
  EXPECT_EQ(finished.errors, "");
  return lines_of(finished.output);
}

TEST(BashCompletion, is_valid_bash) {
  const auto finished = shell("bash", {"-n"}, bash_completion(make_reference(all_commands())));
  EXPECT_EQ(finished.exit_status, 0) << finished.errors;
  EXPECT_EQ(finished.errors, "");
}

TEST(BashCompletion, offers_every_command_that_is_shown) {
  std::set<std::string> shown;
  for (const Command& command : all_commands())
    if (!command.group.empty()) shown.emplace(command.name);
  EXPECT_EQ(bash_offers({"slipway", ""}), shown);
}

TEST(BashCompletion, offers_the_options_of_the_command_and_the_global_ones) {
  const auto offers = bash_offers({"slipway", "new", "--"});
  EXPECT_TRUE(offers.count("--format"));
  EXPECT_TRUE(offers.count("--json"));
  EXPECT_FALSE(offers.count("--migrations-folder")) << "that is an option of init";
}

TEST(BashCompletion, offers_the_values_an_option_takes) {
  EXPECT_EQ(bash_offers({"slipway", "--color", ""}),
            (std::set<std::string>{"auto", "always", "never"}));
  EXPECT_EQ(bash_offers({"slipway", "new", "--format", "t"}),
            (std::set<std::string>{"timestamp", "timestamp12"}));
  EXPECT_EQ(bash_offers({"slipway", "new", "--format", "=", "s"}),
            (std::set<std::string>{"sequence"}));
  EXPECT_EQ(bash_offers({"slipway", "completion", ""}),
            (std::set<std::string>{"bash", "zsh", "fish"}));
}

TEST(BashCompletion, takes_the_value_of_an_option_for_no_command) {
  EXPECT_EQ(bash_offers({"slipway", "--config", "dev", "complet"}),
            (std::set<std::string>{"completion"}));
}

TEST(BashCompletion, knows_commands_within_commands) {
  EXPECT_EQ(bash_offers({"slipway", "dev", ""}),
            (std::set<std::string>{"up", "down", "psql", "url"}));
  EXPECT_TRUE(bash_offers({"slipway", "dev", "up", "--na"}).count("--name"));
}

TEST(ZshCompletion, is_valid_zsh_and_names_every_command) {
  const std::string script = zsh_completion(make_reference(all_commands()));
  EXPECT_EQ(script.rfind("#compdef slipway\n", 0), 0U);
  for (const Command& command : all_commands())
    EXPECT_EQ(script.find(fmt::format("'{}:", command.name)) == std::string::npos,
              command.group.empty())
        << command.name;
  if (!is_installed("zsh")) return;
  const auto finished = shell("zsh", {"-n"}, script);
  EXPECT_EQ(finished.exit_status, 0) << finished.errors;
  EXPECT_EQ(finished.errors, "");
}

TEST(FishCompletion, is_valid_fish_and_completes_what_bash_completes) {
  const std::string script = fish_completion(make_reference(all_commands()));
  for (const Command& command : all_commands())
    EXPECT_EQ(script.find(fmt::format(" -a {} -d ", command.name)) == std::string::npos,
              command.group.empty())
        << command.name;
  if (!is_installed("fish")) return;
  const auto offers = [&](const std::string& line) {
    const auto finished =
        shell("fish", {"--no-config"}, fmt::format("{}\ncomplete -C '{}'\n", script, line));
    EXPECT_EQ(finished.errors, "");
    std::set<std::string> words;
    for (const std::string& each : lines_of(finished.output))
      words.insert(each.substr(0, each.find('\t')));
    return words;
  };
  EXPECT_EQ(offers("slipway dev "), (std::set<std::string>{"up", "down", "psql", "url"}));
  EXPECT_EQ(offers("slipway --color "), (std::set<std::string>{"auto", "always", "never"}));
  EXPECT_EQ(offers("slipway completion "), (std::set<std::string>{"bash", "zsh", "fish"}));
  EXPECT_EQ(offers("slipway --config dev compl"), (std::set<std::string>{"completion"}));
  EXPECT_TRUE(offers("slipway new --fo").count("--format"));
  EXPECT_TRUE(offers("slipway dev up --na").count("--name"));
}

} // namespace
} // namespace slipway::cli
