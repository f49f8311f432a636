#include "rules.hpp"

namespace slipway::diff {

std::vector<Rule> column_rules() {
  return {};
}

} // namespace slipway::diff
