#include "rules.hpp"

namespace slipway::diff {

std::vector<Rule> text_rules() {
  return {};
}

} // namespace slipway::diff
