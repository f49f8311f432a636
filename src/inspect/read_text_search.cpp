#include "readers.hpp"

namespace slipway::inspect {

Status read_text_search(Reading&) {
  return {};
}

} // namespace slipway::inspect
