#include "readers.hpp"

namespace slipway::inspect {

Status read_dependencies(Reading&) {
  return {};
}

} // namespace slipway::inspect
