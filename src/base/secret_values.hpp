#pragma once

#include "slipway/base/text.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway {

/// Where one of `secrets` of at least 4 bytes stands in `text`, as it is or as URLs, JSON, SQL and
/// connection strings spell it. In order of their offset; they may overlap. Time: length of the
/// text times that of the secrets.
std::vector<Span> find_secret_values(std::string_view text,
                                     const std::vector<std::string>& secrets);

} // namespace slipway
