#include "rules.hpp"

namespace slipway::diff {

std::vector<Rule> sequence_rules() {
  return {};
}

} // namespace slipway::diff
