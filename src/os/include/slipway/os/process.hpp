#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::os {

/// A program to run. No shell is involved: `arguments[0]` is looked up in PATH when it has no
/// slash.
struct Command {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment; ///< set on top of ours
  std::vector<std::string> unset;                 ///< removed from ours
  std::string working_directory;                  ///< empty: ours
  std::string input;                              ///< given as standard input
  std::optional<std::string> user;                ///< run as this user; only root may ask
  std::size_t output_limit = std::size_t{16}
                             << 20U; ///< bytes kept of each stream; the rest is read and dropped
};

/// How a program ended and what it printed.
struct Finished {
  int exit_status = 0; ///< 128 + signal when a signal ended it
  std::string output;
  std::string errors;
  bool timed_out = false; ///< the deadline passed and it was killed
  bool stopped = false;   ///< a stop was requested and it was killed
  bool output_truncated = false;
};

/// Runs a program to its end. At the deadline or on a stop request its process group gets SIGTERM,
/// two seconds later SIGKILL. When it leaves something running in the background, that is not
/// waited for. When we die, it gets SIGTERM. Errors: io when it cannot be started; cancelled when
/// there was no time left to start it. A program that fails is a value, not an error.
Result<Finished> run(const Command& command, const Wait& wait);

} // namespace slipway::os
