#pragma once

#include "node.hpp"

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace slipway::diff {

/// The nodes of a plan by what they are about, and what is asked of their order.
class Asking {
public:
  using Where = std::optional<std::size_t>;

  explicit Asking(const std::vector<Node>& nodes) : order_(nodes.size()) {
    for (std::size_t at = 0; at < nodes.size(); ++at)
      by_object_[{nodes[at].object, nodes[at].verb}] = at;
  }

  Where at(const schema::Identity& identity, Verb verb) const {
    const auto found = by_object_.find({identity, verb});
    return found == by_object_.end() ? Where() : Where(found->second);
  }
  /// A part without a step of its own is made, or goes, with what it is a part of.
  Where at(const schema::Object& object, Verb verb) const {
    if (const auto found = at(object.identity(), verb)) return found;
    const auto parent = object.parent();
    return parent ? at(parent->identity(), verb) : std::nullopt;
  }
  /// Nothing where one of them is not there.
  void demand(Where first, Where second) {
    if (first && second) order_.before(*first, *second);
  }
  Order& order() { return order_; }

private:
  std::map<std::pair<schema::Identity, Verb>, std::size_t> by_object_;
  Order order_;
};

} // namespace slipway::diff
