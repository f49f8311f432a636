#pragma once

#include "nodes.hpp"

#include <memory>
#include <set>
#include <vector>

namespace slipway::diff {

/// All steps of a plan in their order, before they are written down.
struct Sketch {
  Scene scene;
  Tasks tasks;
  std::vector<Node> nodes;
  Sorted sorted;
};

/// Where steps wait for each other in a circle, a view, routine, trigger or policy of it is
/// dropped and made again instead of replaced, if that opens the circle.
std::unique_ptr<Sketch> sketch_plan(const schema::Schema& from, const schema::Schema& to,
                                    const Options& options);

} // namespace slipway::diff
