#include "rules.hpp"

namespace slipway::diff {

std::vector<Rule> replication_rules() {
  return {};
}

} // namespace slipway::diff
