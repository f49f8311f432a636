// The completion script of bash. Works from version 3.2 on and without the bash-completion package.
#include "completion.hpp"

#include <fmt/format.h>

namespace slipway::cli {

namespace {

std::string pattern(const std::string& path, const OptionEntry& option, bool everywhere) {
  std::vector<std::string> patterns;
  for (const std::string& name : option_names(option))
    patterns.push_back(everywhere ? "*:" + name : fmt::format("\"{}:{}\"", path, name));
  return fmt::format("{}", fmt::join(patterns, "|"));
}

// The line that completes a value; empty when nothing is known of it.
std::string reply(const Reference& reference, ValueKind kind,
                  const std::vector<std::string>& choices) {
  switch (kind) {
  case ValueKind::choices:
    return fmt::format("words=\"{}\"", fmt::join(choices, " "));
  case ValueKind::file:
    return "_slipway_paths -f; return";
  case ValueKind::folder:
    return "_slipway_paths -d; return";
  case ValueKind::command:
    return fmt::format("words=\"{}\"", fmt::join(names_below(reference, ""), " "));
  case ValueKind::anything:
    return {};
  }
  return {};
}

std::string skip_cases(const std::string& path, const std::vector<OptionEntry>& options,
                       bool everywhere) {
  std::string cases;
  for (const OptionEntry& option : options)
    if (!option.value.empty())
      cases += fmt::format("      {}) skip=1 ;;\n", pattern(path, option, everywhere));
  return cases;
}

std::string value_cases(const Reference& reference, const std::string& path,
                        const std::vector<OptionEntry>& options, bool everywhere) {
  std::string cases;
  for (const OptionEntry& option : options) {
    if (option.value.empty()) continue;
    const std::string line =
        reply(reference, value_kind(option.value, option.choices), option.choices);
    cases += fmt::format("    {}) {} ;;\n", pattern(path, option, everywhere),
                         line.empty() ? "return" : line + "; known=1");
  }
  return cases;
}

std::string words_of(const std::vector<OptionEntry>& options) {
  std::string words;
  for (const OptionEntry& option : options)
    for (const std::string& name : option_names(option)) words += (words.empty() ? "" : " ") + name;
  return words;
}

std::string operand(const Reference& reference, const CommandEntry& command) {
  if (!command.commands.empty())
    return fmt::format("words=\"{}\"", fmt::join(names_below(reference, command.path), " "));
  if (command.arguments.empty()) return {};
  const ArgumentEntry& first = command.arguments.front();
  return reply(reference, value_kind(first.name, first.choices), first.choices);
}

constexpr std::string_view k_start =
    R"(# Completion of slipway in bash: source this, or put it where bash-completion looks.
_slipway_paths() {
  local IFS=$'\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$current"))
}
_slipway() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
  local at="" word words="" skip=0 known=0 i
  COMPREPLY=()
  if [[ "$current" == "=" ]]; then
    current=""
  elif [[ "$previous" == "=" ]]; then
    previous="${COMP_WORDS[COMP_CWORD-2]}"
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    if [[ "$word" == "=" ]]; then continue; fi
    if ((skip)); then skip=0; continue; fi
    case "$at:$word" in
)";

constexpr std::string_view k_end =
    R"(  if ((!known)) && [[ "$current" == -* ]]; then words="$options"; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _slipway slipway
)";

} // namespace

std::string bash_completion(const Reference& reference) {
  const auto commands = shown_commands(reference);
  std::string script(k_start);
  script += skip_cases("", reference.global_options, true);
  for (const CommandEntry* command : commands)
    script += skip_cases(command->path, command->options, false);
  for (const CommandEntry* command : commands) {
    const std::size_t space = command->path.rfind(' ');
    const std::string above = space == std::string::npos ? "" : command->path.substr(0, space);
    script += fmt::format("      \"{}:{}\") at=\"{}\" ;;\n", above, command->name, command->path);
  }
  script += "    esac\n  done\n  case \"$at:$previous\" in\n";
  script += value_cases(reference, "", reference.global_options, true);
  for (const CommandEntry* command : commands)
    script += value_cases(reference, command->path, command->options, false);
  script += "  esac\n";
  script += fmt::format("  local options=\"{}\"\n  case \"$at\" in\n",
                        words_of(reference.global_options));
  for (const CommandEntry* command : commands)
    if (!command->options.empty())
      script += fmt::format("    \"{}\") options=\"{} $options\" ;;\n", command->path,
                            words_of(command->options));
  script += "  esac\n  if ((!known)) && [[ \"$current\" != -* ]]; then\n    case \"$at\" in\n";
  script +=
      fmt::format("      \"\") words=\"{}\" ;;\n", fmt::join(names_below(reference, ""), " "));
  for (const CommandEntry* command : commands)
    if (const std::string line = operand(reference, *command); !line.empty())
      script += fmt::format("      \"{}\") {} ;;\n", command->path, line);
  script += "    esac\n  fi\n";
  return script + std::string(k_end);
}

} // namespace slipway::cli
