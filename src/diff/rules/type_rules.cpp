#include "../rules.hpp"

namespace slipway::diff {

std::vector<Rule> type_rules() {
  return {};
}

} // namespace slipway::diff
