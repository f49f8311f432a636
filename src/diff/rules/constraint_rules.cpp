#include "rules.hpp"

namespace slipway::diff {

std::vector<Rule> constraint_rules() {
  return {};
}

} // namespace slipway::diff
