// The completion script of fish.
#include "completion.hpp"

#include <fmt/format.h>

namespace slipway::cli {

namespace {

std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string condition(const std::string& path) {
  return fmt::format("-n \"__slipway_at '{}'\"", path);
}

std::string values(const Reference& reference, const std::string& name,
                   const std::vector<std::string>& choices) {
  switch (value_kind(name, choices)) {
  case ValueKind::choices:
    return fmt::format(" -x -a '{}'", fmt::join(choices, " "));
  case ValueKind::file:
    return " -r -F";
  case ValueKind::folder:
    return " -x -a '(__fish_complete_directories)'";
  case ValueKind::command:
    return fmt::format(" -x -a '{}'", fmt::join(names_below(reference, ""), " "));
  case ValueKind::anything:
    return " -x";
  }
  return {};
}

std::string option_line(const Reference& reference, const std::string& where,
                        const OptionEntry& option) {
  std::string line = "complete -c slipway" + where;
  if (!option.short_name.empty()) line += " -s " + option.short_name.substr(1);
  line += " -l " + option.long_name.substr(2);
  if (!option.value.empty()) line += values(reference, option.value, option.choices);
  line += " -d " + in_quotes(option.description) + "\n";
  if (!option.negation.empty())
    line += fmt::format("complete -c slipway{} -l {} -d {}\n", where, option.negation.substr(2),
                        in_quotes("not: " + option.description));
  return line;
}

std::string skip_case(const std::string& path, const std::vector<OptionEntry>& options) {
  std::string patterns;
  for (const OptionEntry& option : options)
    if (!option.value.empty())
      for (const std::string& name : option_names(option))
        patterns += fmt::format(" '{}:{}'", path, name);
  return patterns.empty() ? patterns : fmt::format("      case{}\n        set skip 1\n", patterns);
}

std::string operand(const Reference& reference, const CommandEntry& command) {
  std::string lines;
  for (const CommandEntry& sub : command.commands)
    lines += fmt::format("complete -c slipway {} -a {} -d {}\n", condition(command.path), sub.name,
                         in_quotes(sub.summary));
  if (command.commands.empty() && !command.arguments.empty()) {
    const ArgumentEntry& first = command.arguments.front();
    const ValueKind kind = value_kind(first.name, first.choices);
    if (kind == ValueKind::file)
      lines += fmt::format("complete -c slipway {} -F\n", condition(command.path));
    else if (kind != ValueKind::anything)
      lines += fmt::format("complete -c slipway {}{}\n", condition(command.path),
                           values(reference, first.name, first.choices));
  }
  return lines;
}

constexpr std::string_view k_start =
    R"(# Completion of slipway in fish: put this in ~/.config/fish/completions/slipway.fish.
function __slipway_at
  set -l at ''
  set -l skip 0
  set -l words (commandline -opc)
  for word in $words[2..-1]
    if test $skip -eq 1
      set skip 0
      continue
    end
    switch "$at:$word"
)";

constexpr std::string_view k_end_of_function = R"(    end
  end
  test "$at" = "$argv[1]"
end
complete -c slipway -f
)";

} // namespace

std::string fish_completion(const Reference& reference) {
  const auto commands = shown_commands(reference);
  std::string script(k_start);
  script += skip_case("*", reference.global_options);
  for (const CommandEntry* command : commands) script += skip_case(command->path, command->options);
  for (const CommandEntry* command : commands) {
    const std::size_t space = command->path.rfind(' ');
    const std::string above = space == std::string::npos ? "" : command->path.substr(0, space);
    script += fmt::format("      case '{}:{}'\n        set at '{}'\n", above, command->name,
                          command->path);
  }
  script += k_end_of_function;
  for (const OptionEntry& option : reference.global_options)
    script += option_line(reference, "", option);
  for (const CommandEntry& command : reference.commands)
    if (!command.group.empty())
      script += fmt::format("complete -c slipway {} -a {} -d {}\n", condition(""), command.name,
                            in_quotes(command.summary));
  for (const CommandEntry* command : commands) {
    script += operand(reference, *command);
    for (const OptionEntry& option : command->options)
      script += option_line(reference, " " + condition(command->path), option);
  }
  return script;
}

} // namespace slipway::cli
