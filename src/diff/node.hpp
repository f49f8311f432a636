#pragma once

#include "draft.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace slipway::diff {

enum class Verb {
  drop,
  create,
  alter,
  late, ///< what an alter does when everything else is in place, in transactions of its own
};

/// One step of a plan: what is done to one object in one go.
struct Node {
  Verb verb = Verb::alter;
  schema::Identity object;
  Draft draft;
  int rank = 0; ///< where nothing else decides, lower ones come first
};

/// Which node must come before which.
class Order {
public:
  explicit Order(std::size_t nodes) : hard_(nodes), soft_(nodes) {}
  void before(std::size_t first, std::size_t second);
  /// The same, where it is not known for sure; given up where it leads into a circle.
  void rather_before(std::size_t first, std::size_t second);
  /// The numbers of the nodes in an order that keeps all demands, and among several possible ones
  /// the one that takes low ranks and then low numbers first. Where demands go in a circle, a node
  /// of the lowest rank goes first.
  std::vector<std::size_t> sorted(const std::vector<Node>& nodes) const;

private:
  std::vector<std::set<std::size_t>> hard_; // what must come before
  std::vector<std::set<std::size_t>> soft_;
};

} // namespace slipway::diff
