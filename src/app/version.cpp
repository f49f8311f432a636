#include "slipway/app/context.hpp"

namespace slipway::app {

std::string tool_version() {
  return SLIPWAY_VERSION;
}

} // namespace slipway::app
