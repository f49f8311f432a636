#pragma once

#include "slipway/base/result.hpp"
#include "slipway/base/stop_signal.hpp"

#include <string>

namespace slipway::cli {

/// Everything on standard input up to its end. Errors: io, cancelled.
Result<std::string> read_standard_input(const StopSignal& stop);

/// One line of standard input without its end; empty at the end of input. Errors: io, cancelled.
Result<std::string> read_line(const StopSignal& stop);

} // namespace slipway::cli
