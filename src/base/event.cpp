#include "slipway/base/event.hpp"

namespace slipway {

std::string_view direction_name(Direction direction) {
  return direction == Direction::up ? "up" : "down";
}

} // namespace slipway
