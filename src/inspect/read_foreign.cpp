#include "readers.hpp"

namespace slipway::inspect {

Status read_foreign(Reading&) {
  return {};
}

} // namespace slipway::inspect
