#pragma once

#include <string>
#include <string_view>

namespace slipway::diff {

/// The expression in parentheses, which are not doubled when it has its own.
std::string in_parentheses(std::string_view expression);

/// The expression with each VALUE, as constraints of domains call it, replaced.
std::string with_value(std::string_view expression, std::string_view value);

} // namespace slipway::diff
