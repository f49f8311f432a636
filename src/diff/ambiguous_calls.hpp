#pragma once

#include "asking.hpp"
#include "rules.hpp"

#include <vector>

namespace slipway::diff {

/// Two functions of one name that a call may mean both, since one has defaults for what the other
/// does not have at all. PostgreSQL lets them stand side by side, with what was made before that;
/// what calls one of them can be made only while the other is not there.
/// Asks that what calls one of them is made before the other comes, or after it went.
void keep_calls_clear(const Scene& scene, const std::vector<Node>& nodes, Asking& asking);

/// Refuses what writes such a call while both are there.
void refuse_ambiguous_calls(const Scene& scene, std::vector<Node>& nodes);

} // namespace slipway::diff
