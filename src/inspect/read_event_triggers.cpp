#include "readers.hpp"

namespace slipway::inspect {

Status read_event_triggers(Reading&) {
  return {};
}

} // namespace slipway::inspect
