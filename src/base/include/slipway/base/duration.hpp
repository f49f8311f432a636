#pragma once

#include "slipway/base/result.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace slipway {

/// "2s", "500ms", "5min", "1h", "0" -> milliseconds. A bare number other than 0 is refused, because
/// tools disagree on its unit. Errors: configuration.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// For people: "350 ms", "1.5 s", "4 min 10 s", "2 h 5 min".
std::string format_duration(std::chrono::milliseconds duration);

} // namespace slipway
