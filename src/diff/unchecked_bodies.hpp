#pragma once

#include "node.hpp"
#include "rules.hpp"

#include <vector>

namespace slipway::diff {

/// Which of the nodes, in the given order, make routines whose bodies name something that is made
/// only after them, because they call each other in a circle, or that only some search_path leads
/// to. The server would refuse to make them if it looked at their bodies.
std::vector<bool> names_what_is_not_found(const Scene& scene, const std::vector<Node>& nodes,
                                          const std::vector<std::size_t>& order);

} // namespace slipway::diff
