#pragma once

#include "command.hpp"
#include "global_options.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace slipway::cli {

/// The group under which the parser lists flags that stand for settings.
inline constexpr const char* k_settings_group = "Settings";

/// What a command line asks for.
struct Request {
  enum class Kind { run, help, overview, version };
  Kind kind = Kind::overview;
  GlobalOptions globals;
  const Command* command = nullptr;                      ///< for run
  Run run;                                               ///< for run
  std::map<std::string, std::string, std::less<>> flags; ///< settings given as flags, by key
  std::string help_path; ///< for help: "dev up", or empty for the program
};

/// The parser of all commands. Reads one command line; holds no reference to `commands` but to
/// their elements, which must outlive it and what it yields.
class CommandLine {
public:
  explicit CommandLine(const std::vector<Command>& commands);
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// Errors: usage, in our own words, with the nearest option or command named.
  Result<Request> parse(const std::vector<std::string>& arguments);

  /// The parser tree, for help, man page, documentation and completions.
  const CLI::App& app() const { return app_; }

private:
  struct Entry {
    const Command* command = nullptr;
    CLI::App* app = nullptr;
    Run run;
    std::map<std::string, CLI::Option*, std::less<>> settings; ///< by key
  };
  void add(const Command& command);
  Request request_after_parsing() const;

  CLI::App app_;
  GlobalOptions globals_;
  std::vector<Entry> entries_;
};

/// "dev up" of the parser of `slipway dev up`; empty for the program itself.
std::string command_path(const CLI::App& app);

} // namespace slipway::cli
