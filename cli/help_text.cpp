// Lays the reference out for a terminal: examples first, then what there is to choose from.
#include "help_text.hpp"

#include "commands.hpp"

#include "slipway/base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::cli {

namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t k_widest_name = 30;

std::string heading(const Paint& paint, std::string_view text) {
  return paint(observe::Role::bold, fmt::format("{}:", text)) + "\n";
}

// Two columns: names, and their meaning wrapped beside them, or below a name that is too long.
std::string columns(const Rows& rows, std::size_t width) {
  std::size_t name_width = 0;
  for (const auto& [name, meaning] : rows)
    if (const std::size_t length = code_points(name); length <= k_widest_name)
      name_width = std::max(name_width, length);
  const std::size_t indent = name_width + 4;
  const std::size_t meaning_width = width > indent + 20 ? width - indent : 20;
  std::string text;
  for (const auto& [name, meaning] : rows) {
    const auto lines = wrapped(meaning, meaning_width);
    text += "  " + name;
    std::size_t at = code_points(name) + 2;
    for (const std::string& line : lines) {
      if (at > name_width + 2) {
        text += "\n";
        at = 0;
      }
      text += std::string(indent - at, ' ') + line;
      at = indent + code_points(line);
    }
    text += "\n";
  }
  return text;
}

Rows rows_of(const std::vector<OptionEntry>& options, bool settings) {
  Rows rows;
  for (const OptionEntry& option : options) {
    if (option.setting.empty() == settings) continue;
    const bool has_short = !option.short_name.empty();
    rows.emplace_back((has_short ? "" : "    ") + option_title(option), option_description(option));
  }
  return rows;
}

Rows rows_of(const std::vector<std::pair<int, std::string>>& statuses) {
  Rows rows;
  for (const auto& [status, meaning] : statuses) rows.emplace_back(std::to_string(status), meaning);
  return rows;
}

std::string section(const Paint& paint, std::string_view title, const Rows& rows,
                    std::size_t width) {
  return rows.empty() ? std::string() : "\n" + heading(paint, title) + columns(rows, width);
}

std::string examples(const Paint& paint,
                     const std::vector<std::pair<std::string, std::string>>& all) {
  if (all.empty()) return {};
  std::string text = "\n" + heading(paint, all.size() == 1 ? "Example" : "Examples");
  for (const auto& [command, what] : all)
    text +=
        fmt::format("  {}\n  {}\n", paint(observe::Role::dim, fmt::format("# {}", what)), command);
  return text;
}

std::string command_lists(const Reference& reference, const Paint& paint, std::size_t width) {
  std::string text;
  for (const std::string_view group : command_groups()) {
    Rows rows;
    for (const CommandEntry& command : reference.commands)
      if (command.group == group) rows.emplace_back(command.name, command.summary);
    text += section(paint, group, rows, width);
  }
  return text;
}

} // namespace

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  for (const std::string_view word : split_words(text)) {
    if (!line.empty() && code_points(line) + 1 + code_points(word) > width) {
      lines.push_back(line);
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) lines.push_back(line);
  return lines;
}

std::string_view program_summary() {
  return "PostgreSQL schema changes to production and back";
}

std::vector<Example> program_examples() {
  return {{"slipway demo", "watch it deploy, fail and undo on a throwaway PostgreSQL"},
          {"slipway new add orders user_id", "write a migration with both directions"}};
}

std::string overview_text(const Reference& reference, const Paint& paint, std::size_t width) {
  std::string text =
      fmt::format("{} - {}\n", paint(observe::Role::bold, "slipway"), program_summary());
  text += "\nUsage: slipway COMMAND [OPTIONS]\n";
  std::vector<std::pair<std::string, std::string>> leading;
  for (const Example& example : program_examples())
    leading.emplace_back(example.command, example.what);
  text += examples(paint, leading);
  text += command_lists(reference, paint, width);
  return text +
         "\nslipway help COMMAND tells more; slipway help also lists the options of every command.\n";
}

std::string program_help(const Reference& reference, const Paint& paint, std::size_t width) {
  std::string text = overview_text(reference, paint, width);
  text +=
      section(paint, "Options of every command", rows_of(reference.global_options, false), width);
  return text + section(paint, "Exit status", rows_of(exit_statuses()), width);
}

std::string command_help(const CommandEntry& command, const Reference& reference,
                         const Paint& paint, std::size_t width) {
  std::string text = fmt::format("{} - {}\n", paint(observe::Role::bold, "slipway " + command.path),
                                 command.summary);
  text += fmt::format("\nUsage: {}\n", command.usage());
  text += examples(paint, command.examples);
  for (const std::string& paragraph : command.paragraphs)
    text += fmt::format("\n{}\n", fmt::join(wrapped(paragraph, width), "\n"));
  Rows below;
  for (const CommandEntry& sub : command.commands) {
    below.emplace_back(sub.usage().substr(sizeof("slipway ") - 1), sub.summary);
  }
  text += section(paint, "Commands", below, width);
  Rows arguments;
  for (const ArgumentEntry& argument : command.arguments)
    arguments.emplace_back(
        argument_title(argument),
        argument.choices.empty()
            ? argument.description
            : fmt::format("{}: {}", argument.description, fmt::join(argument.choices, ", ")));
  text += section(paint, "Arguments", arguments, width);
  text += section(paint, "Options", rows_of(command.options, false), width);
  text += section(paint, "Settings as options", rows_of(command.options, true), width);
  text +=
      section(paint, "Options of every command", rows_of(reference.global_options, false), width);
  return text + section(paint, "Exit status", rows_of(all_exit_statuses(command)), width);
}

} // namespace slipway::cli
