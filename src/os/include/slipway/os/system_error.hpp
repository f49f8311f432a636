#pragma once

#include "slipway/base/error.hpp"

#include <string>
#include <string_view>

namespace slipway::os {

/// What the system calls an error number: "Permission denied".
std::string reason(int error_number);

/// An io error in our form: "cannot read migrations/1.sql: Permission denied".
Error system_error(std::string_view action, std::string_view object, int error_number);

} // namespace slipway::os
