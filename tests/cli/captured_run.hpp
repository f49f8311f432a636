#pragma once

#include "program.hpp"

#include <string>
#include <vector>

namespace slipway::test {

struct Captured {
  int status = 0;
  std::string out;
  std::string err;
};

/// Runs the program within this process with both streams caught in files without a name.
Captured run_captured(std::vector<std::string> arguments, const std::vector<cli::Command>& commands,
                      std::map<std::string, std::string, std::less<>> environment = {});

/// A command that does `run`, named "act", with no options.
cli::Command acting(cli::Run run);

} // namespace slipway::test
