#include "rules.hpp"

namespace slipway::diff {

std::vector<Rule> schema_rules() {
  return {};
}

} // namespace slipway::diff
