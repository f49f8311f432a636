#include "../rules.hpp"

namespace slipway::diff {

std::vector<Rule> routine_rules() {
  return {};
}

} // namespace slipway::diff
