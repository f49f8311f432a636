#pragma once

#include "command.hpp"

#include <string>
#include <vector>

namespace slipway::cli {

/// An option as people read it.
struct OptionEntry {
  std::string short_name; ///< "-q", or empty
  std::string long_name;  ///< "--quiet"
  std::string negation;   ///< "--no-allow-out-of-order", for a setting that can be turned off
  std::string value;      ///< "FILE", "auto|always|never"; empty for a flag
  std::vector<std::string> choices;
  std::string description;
  std::string setting;     ///< key in slipway.toml, when the option stands for one
  std::string environment; ///< variable of that setting
  std::string default_value;
};

/// A positional argument.
struct ArgumentEntry {
  std::string name;
  std::vector<std::string> choices;
  std::string description;
  bool required = false;
  bool repeatable = false;
};

/// A command, or a command within a command.
struct CommandEntry {
  std::string path; ///< "up", "dev up"
  std::string name; ///< its last word
  std::string summary;
  std::vector<std::string> paragraphs;
  std::string group; ///< empty: not shown in lists
  std::vector<ArgumentEntry> arguments;
  std::vector<OptionEntry> options;
  std::vector<std::pair<std::string, std::string>> examples; ///< command, what it does
  std::vector<std::pair<int, std::string>> exit_statuses;    ///< beside those every command has
  std::vector<CommandEntry> commands;
  bool needs_command = false; ///< does nothing without one of them

  /// "slipway new [OPTIONS] NAME..."
  std::string usage() const;
};

/// All there is to say about the command line, taken from the registration: the one source of help,
/// man page, documentation and completions.
struct Reference {
  std::vector<CommandEntry> commands;
  std::vector<OptionEntry> global_options;
  /// By path; null when there is none.
  const CommandEntry* find(const std::string& path) const;
};

Reference make_reference(const std::vector<Command>& commands);

/// A summary as a sentence: "apply pending migrations" -> "Apply pending migrations."
std::string sentence(std::string_view summary);

/// "-q, --quiet", "--config FILE".
std::string option_title(const OptionEntry& option);
/// "[NAME...]", "FILE".
std::string argument_title(const ArgumentEntry& argument);
/// The description with where else the value can come from: "... [apply.lock_timeout,
/// SLIPWAY_LOCK_TIMEOUT; 2s]".
std::string option_description(const OptionEntry& option);

/// Every exit status of the program and what it means, by number.
std::vector<std::pair<int, std::string>> exit_statuses();

/// Those `command` can end with: the ones every command has, and its own in its own words, by
/// number.
std::vector<std::pair<int, std::string>> all_exit_statuses(const CommandEntry& command);

} // namespace slipway::cli
