#pragma once

#include "asking.hpp"
#include "rules.hpp"

namespace slipway::diff {

/// What must come before what between tables and those below them: partitions, and what INHERITS.
void demand_within_families(const Scene& scene, const std::vector<Node>& nodes, Asking& asking);

} // namespace slipway::diff
