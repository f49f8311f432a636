#pragma once

#include "conninfo.hpp"

#include <string>

namespace slipway::pg {

/// Whether libpq read part of an unencoded password as something else: a port that is no number, a
/// host with an @, an @ after the first slash of a URL without userinfo.
bool is_misread(const std::string& connection_string, const Conninfo& options);

} // namespace slipway::pg
