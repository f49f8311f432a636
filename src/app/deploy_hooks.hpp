#pragma once

#include "slipway/app/context.hpp"
#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace slipway::app {

/// Runs the program of a setting that is an argument list, and tells what it printed. Nothing when
/// the setting is empty. Errors: check_failed when it does not end with 0 within deploy.hook_limit;
/// io when it cannot be started; cancelled.
Status run_hook(const Context& context, const std::string& setting,
                const std::map<std::string, std::string>& environment, const Wait& wait);

/// Runs deploy.health once, without saying so. Errors: as run_hook.
Status check_health(const Context& context, const std::map<std::string, std::string>& environment,
                    const Wait& wait);

/// Runs deploy.health again and again until it has succeeded deploy.health_times in a row. Yields
/// how often it ran; 0 when there is none. Errors: check_failed, with what it printed last, when
/// deploy.health_within is over; cancelled.
Result<std::int64_t> await_health(const Context& context,
                                  const std::map<std::string, std::string>& environment,
                                  const Wait& wait);

/// Runs deploy.health once: "healthy", or how it ended; empty when there is none. Errors: io when
/// it cannot be started; cancelled.
Result<std::string> look_at_health(const Context& context, const Wait& wait);

} // namespace slipway::app
