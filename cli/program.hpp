#pragma once

#include "command.hpp"

#include <map>
#include <string>
#include <vector>

namespace slipway::cli {

/// Everything the program learns from its process.
struct ProgramInputs {
  std::vector<std::string> arguments; ///< without the program's name
  std::map<std::string, std::string, std::less<>> environment;
  std::string working_directory;
  std::string program;            ///< path of the running executable
  bool input_is_terminal = false; ///< a person is there to answer questions
  int output_descriptor = 1;
  int error_descriptor = 2;
};

/// Reads the command line, settles the configuration, runs the command and says how it went. Yields
/// the exit status: that of the command, exit_status() of its error, 2 for a wrong command line, 70
/// for a broken invariant. Ignores SIGPIPE from then on. Never throws.
int run_program(const ProgramInputs& inputs, const std::vector<Command>& commands);

/// The same with every command there is.
int run_program(const ProgramInputs& inputs);

} // namespace slipway::cli
