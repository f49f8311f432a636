#pragma once

#include "slipway/config/config.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::config {

/// The setting of that key, or null.
const Setting* find_setting(std::string_view key);

/// The values of a `choices` column, or the items of a default: `text` cut at `separator`, without
/// empty ones.
std::vector<std::string> split_at(std::string_view text, char separator);

/// Checks one written value against its setting and brings it into the form Value::text has ("yes"
/// -> "true"). Errors: configuration, without a place.
Result<std::string> check_value(const Setting& setting, std::string_view written);

/// True for a connection string with a password that is not empty: in the userinfo or query of a
/// URL, or as a password word. Lines of a broken file are judged with it too, so it needs no
/// well-formed input.
bool holds_password(std::string_view text);

} // namespace slipway::config
