#pragma once

#include "slipway/os/process.hpp"

namespace slipway::os {

/// Becomes another program, which keeps our standard streams, process number and terminal: for
/// programs a person talks to. `command.input` and `command.output_limit` do not matter here. Does
/// not return when it succeeds: no destructor runs, so nothing that needs one may be alive. Errors:
/// io when the program is not there, cannot be executed, or the user or folder cannot be taken on;
/// usage when there is no program.
Status replace_process(const Command& command);

} // namespace slipway::os
