#pragma once

#include <set>
#include <string>
#include <string_view>

namespace slipway::diff {

/// The words of a text: what could be a name in it.
std::set<std::string> words_of(std::string_view text);

} // namespace slipway::diff
