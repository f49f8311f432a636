#pragma once

#include "../draft.hpp"

#include <string>
#include <vector>

namespace slipway::diff {

/// " WITH (a=1, b=true)" from NAME=VALUE each, or nothing.
std::string with_options(const std::vector<std::string>& options);
/// "a=1, b='two words'".
std::string option_list(const std::vector<std::string>& options);
/// "`alter` RESET (...)" and "`alter` SET (...)" for what differs.
void change_options(const std::string& alter, const std::vector<std::string>& before,
                    const std::vector<std::string>& after, Draft& draft);

} // namespace slipway::diff
