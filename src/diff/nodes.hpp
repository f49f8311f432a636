#pragma once

#include "node.hpp"
#include "tasks.hpp"

#include <vector>

namespace slipway::diff {

/// The steps of all tasks, with the statements of each.
std::vector<Node> make_nodes(const Scene& scene, const Tasks& tasks);

/// The order that dependencies, names and common sense ask for.
Order order_of(const Scene& scene, const std::vector<Node>& nodes);

} // namespace slipway::diff
