#include "readers.hpp"

namespace slipway::inspect {

Status read_extensions(Reading&) {
  return {};
}

} // namespace slipway::inspect
