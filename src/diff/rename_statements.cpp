#include "slipway/diff/plan.hpp"

namespace slipway::diff {

Plan rename_statements(const schema::Schema&, const std::vector<Rename>&) {
  return {};
}

} // namespace slipway::diff
