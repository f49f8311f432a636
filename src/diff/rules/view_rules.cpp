#include "../rules.hpp"

namespace slipway::diff {

std::vector<Rule> view_rules() {
  return {};
}

} // namespace slipway::diff
