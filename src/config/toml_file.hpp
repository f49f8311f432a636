#pragma once

#include "slipway/config/config.hpp"

#include <map>
#include <string>
#include <string_view>

namespace slipway::config {

/// The settings that a slipway.toml makes, by key. `shown` is the file's name in places. Of several
/// problems the first in the file is reported. Errors: configuration, with place.
Result<std::map<std::string, Value, std::less<>>> read_toml(std::string_view text,
                                                            const std::string& shown);

} // namespace slipway::config
