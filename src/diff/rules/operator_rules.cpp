#include "rules.hpp"

namespace slipway::diff {

std::vector<Rule> operator_rules() {
  return {};
}

} // namespace slipway::diff
