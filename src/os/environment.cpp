// The one look at environ.
#include "slipway/os/environment.hpp"

#include <string_view>
#include <unistd.h>

namespace slipway::os {

Environment environment() {
  Environment variables;
  if (environ == nullptr) return variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

} // namespace slipway::os
