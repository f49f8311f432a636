// Hands the process's surroundings to the program as values; nothing below here reads them by
// itself.
#include "program.hpp"

#include "slipway/os/environment.hpp"
#include "slipway/os/identity.hpp"

#include <filesystem>
#include <system_error>
#include <unistd.h>

int main(int argc, char** argv) {
  slipway::cli::ProgramInputs inputs;
  inputs.arguments.assign(argv + (argc > 0 ? 1 : 0), argv + argc);
  inputs.environment = slipway::os::environment();
  std::error_code no_folder;
  inputs.working_directory = std::filesystem::current_path(no_folder).string();
  inputs.program = slipway::os::executable_path();
  inputs.input_is_terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
  return slipway::cli::run_program(inputs);
}
