#pragma once

#include "slipway/base/event.hpp"
#include "slipway/base/file_system.hpp"
#include "slipway/base/secrets.hpp"
#include "slipway/base/stop_signal.hpp"
#include "slipway/config/config.hpp"
#include "slipway/observe/output.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::cli {

enum class Format { text, json };

/// What a command is given when it runs.
struct Invocation {
  const config::Config& config;
  FileSystem& files;
  observe::Output& out; ///< stdout: the result
  observe::Output& err; ///< stderr: progress and messages
  EventSink& events;
  const StopSignal& stop;
  Masker& masker;
  Format format = Format::text;
  bool assume_yes = false;
  bool may_ask = false; ///< a person is at a terminal, and neither --no-input nor --json was given
  std::string program;  ///< path of the running executable
  std::map<std::string, std::string, std::less<>> environment;
  std::string working_directory;
};

/// The exit status, or the error that main prints and maps to one.
using Run = std::function<Result<int>(Invocation&)>;

struct Example {
  std::string_view command;
  std::string_view what;
};

/// What a command needs to be settled before it runs.
enum class Needs {
  nothing, ///< not even a valid slipway.toml
  config,
};

/// One command: the single registration that parsing, help, man page, docs/commands and completions
/// are made from. Each lives in cli/<name>_command.cpp as `Command <name>_command()` and has one
/// line in cli/commands.cpp.
struct Command {
  std::string_view name;
  std::string_view summary;     ///< one line, no full stop
  std::string_view description; ///< paragraphs separated by an empty line
  std::string_view group; ///< heading in `slipway help`: "Start", "Run", "Look", "Mend", "Tools";
                          ///< empty: not shown
  Needs needs = Needs::config;
  /// Keys of settings this command also takes as flags.
  std::vector<std::string_view> settings;
  std::vector<Example> examples;
  /// Exit statuses worth telling beside 0, 1, 2 and 70: {3, "pending migrations"}.
  std::vector<std::pair<int, std::string_view>> exit_statuses;
  /// Adds options and positionals to the command's parser and returns what to run after parsing.
  std::function<Run(CLI::App&)> configure;
};

} // namespace slipway::cli
