#include "readers.hpp"

namespace slipway::inspect {

Status read_types(Reading&) {
  return {};
}

} // namespace slipway::inspect
