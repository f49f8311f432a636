#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slipway::sql {

/// Why a statement is not handed to the parser; nothing when it is.
std::optional<std::string> why_not_parse(std::string_view sql);

} // namespace slipway::sql
