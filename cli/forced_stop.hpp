#pragma once

#include "slipway/base/stop_signal.hpp"

#include <thread>

namespace slipway::cli {

/// While it lives, a second Ctrl-C (or SIGTERM) ends the process at once with status 130, without
/// waiting for the cancel that the first one asked for, and says what that leaves. `stop` must
/// outlive it.
class ForcedStop {
public:
  ForcedStop(const StopSignal& stop, int error_descriptor);

private:
  std::jthread thread_;
};

} // namespace slipway::cli
