#pragma once

#include <cstddef>
#include <string_view>

namespace slipway::sql {

/// The deepest nesting that is handed to the parser.
inline constexpr std::size_t k_deepest = 5000;

/// An upper estimate of how deep the parser would recurse over a statement: open parentheses, plus
/// the operators (and words that nest as they do) since the last comma at each level of them.
std::size_t nesting_estimate(std::string_view sql);

} // namespace slipway::sql
