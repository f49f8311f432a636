#include "../rules.hpp"

namespace slipway::diff {

std::vector<Rule> trigger_rules() {
  return {};
}

} // namespace slipway::diff
