// The completion script of zsh, for a folder of $fpath as _slipway, or to be sourced after
// compinit.
#include "completion.hpp"

#include <fmt/format.h>

namespace slipway::cli {

namespace {

// Within single quotes, as an item of _describe: a colon parts the name from what it means.
std::string quoted_item(std::string_view name, std::string_view meaning) {
  std::string item;
  const auto add = [&](std::string_view text, bool is_name) {
    for (const char c : text) {
      if (c == '\'')
        item += "'\\''";
      else if (c == '\\' || (is_name && c == ':'))
        item += std::string("\\") + c;
      else
        item += c;
    }
  };
  add(name, true);
  item += ':';
  add(meaning, false);
  return "'" + item + "'";
}

std::string pattern(const std::string& path, const OptionEntry& option, bool everywhere) {
  std::vector<std::string> patterns;
  for (const std::string& name : option_names(option))
    patterns.push_back(everywhere ? "*:" + name : fmt::format("\"{}:{}\"", path, name));
  return fmt::format("{}", fmt::join(patterns, "|"));
}

std::string reply(const Reference& reference, ValueKind kind,
                  const std::vector<std::string>& choices) {
  switch (kind) {
  case ValueKind::choices:
    return fmt::format("compadd -- {}", fmt::join(choices, " "));
  case ValueKind::file:
    return "_files";
  case ValueKind::folder:
    return "_files -/";
  case ValueKind::command:
    return fmt::format("compadd -- {}", fmt::join(names_below(reference, ""), " "));
  case ValueKind::anything:
    return "_message value";
  }
  return {};
}

std::string items(const std::vector<OptionEntry>& options) {
  std::string text;
  for (const OptionEntry& option : options)
    for (const std::string& name : option_names(option))
      text += fmt::format("    {}\n", quoted_item(name, option.description));
  return text;
}

std::string items(const std::vector<CommandEntry>& commands) {
  std::string text;
  for (const CommandEntry& command : commands)
    if (!command.group.empty())
      text += fmt::format("    {}\n", quoted_item(command.name, command.summary));
  return text;
}

std::string cases(const Reference& reference, const std::string& path,
                  const std::vector<OptionEntry>& options, bool everywhere, bool skipping) {
  std::string text;
  for (const OptionEntry& option : options) {
    if (option.value.empty()) continue;
    const std::string action =
        skipping ? "skip=1"
                 : reply(reference, value_kind(option.value, option.choices), option.choices) +
                       "; return";
    text += fmt::format("    {}) {} ;;\n", pattern(path, option, everywhere), action);
  }
  return text;
}

std::string operand(const Reference& reference, const CommandEntry& command) {
  if (!command.commands.empty())
    return fmt::format("items=(\n{}    ); _describe command items", items(command.commands));
  if (command.arguments.empty()) return "_message 'no more arguments'";
  const ArgumentEntry& first = command.arguments.front();
  return reply(reference, value_kind(first.name, first.choices), first.choices);
}

constexpr std::string_view k_start = R"(#compdef slipway
# Completion of slipway in zsh: put this in a folder of $fpath as _slipway, or source it after compinit.
_slipway() {
  local at="" word skip=0 i
  local -a items options
  for ((i = 2; i < CURRENT; i++)); do
    word="${words[i]}"
    if ((skip)); then skip=0; continue; fi
    case "$at:$word" in
)";

constexpr std::string_view k_end = R"(  esac
}
if [[ "${funcstack[1]}" == "_slipway" ]]; then
  _slipway "$@"
else
  compdef _slipway slipway
fi
)";

} // namespace

std::string zsh_completion(const Reference& reference) {
  const auto commands = shown_commands(reference);
  std::string script(k_start);
  script += cases(reference, "", reference.global_options, true, true);
  for (const CommandEntry* command : commands)
    script += cases(reference, command->path, command->options, false, true);
  for (const CommandEntry* command : commands) {
    const std::size_t space = command->path.rfind(' ');
    const std::string above = space == std::string::npos ? "" : command->path.substr(0, space);
    script += fmt::format("    \"{}:{}\") at=\"{}\" ;;\n", above, command->name, command->path);
  }
  script += "    esac\n  done\n  case \"$at:${words[CURRENT-1]}\" in\n";
  script += cases(reference, "", reference.global_options, true, false);
  for (const CommandEntry* command : commands)
    script += cases(reference, command->path, command->options, false, false);
  script += fmt::format(
      "  esac\n  if [[ \"$PREFIX\" == -* ]]; then\n  options=(\n{}  )\n  case \"$at\" in\n",
      items(reference.global_options));
  for (const CommandEntry* command : commands)
    if (!command->options.empty())
      script +=
          fmt::format("  \"{}\") options+=(\n{}  ) ;;\n", command->path, items(command->options));
  script += "  esac\n  _describe -o option options\n  return\n  fi\n  case \"$at\" in\n";
  script += fmt::format("  \"\") items=(\n{}  ); _describe command items ;;\n",
                        items(reference.commands));
  for (const CommandEntry* command : commands)
    script += fmt::format("  \"{}\") {} ;;\n", command->path, operand(reference, *command));
  return script + std::string(k_end);
}

} // namespace slipway::cli
