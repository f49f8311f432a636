#pragma once

#include "slipway/base/deadline.hpp"

#include <chrono>

namespace slipway::os {

/// The time of day. The rooms that need it take it as a value or a function, so that only the edges
/// call this.
std::chrono::system_clock::time_point now();

/// Waits for `duration`, but no longer than `wait` allows; a stop request ends it at once.
void pause(Millis duration, const Wait& wait);

} // namespace slipway::os
