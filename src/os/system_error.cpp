// How a failed system call reads to a person.
#include "slipway/os/system_error.hpp"

#include <fmt/format.h>
#include <system_error>

namespace slipway::os {

std::string reason(int error_number) {
  return std::generic_category().message(error_number);
}

Error system_error(std::string_view action, std::string_view object, int error_number) {
  return Error(ErrorCode::io,
               fmt::format("cannot {} {}: {}", action, object, reason(error_number)));
}

} // namespace slipway::os
