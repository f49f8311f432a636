// A topological sort that is the same every time.
#include "node.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

namespace slipway::diff {

namespace {

using Waits = std::vector<std::set<std::size_t>>;

std::vector<std::vector<std::size_t>> followers_of(const Waits& waits) {
  std::vector<std::vector<std::size_t>> followers(waits.size());
  for (std::size_t node = 0; node < waits.size(); ++node)
    for (const auto first : waits[node]) followers[first].push_back(node);
  return followers;
}

class Sorter {
public:
  Sorter(const std::vector<Node>& nodes, const Waits& hard, const Waits& soft)
      : nodes_(nodes), hard_(followers_of(hard)), soft_(followers_of(soft)) {
    for (std::size_t node = 0; node < nodes.size(); ++node) {
      states_.push_back({hard[node].size(), soft[node].size()});
      waiting_.insert(key(node));
    }
  }

  std::vector<std::size_t> run() {
    std::vector<std::size_t> order;
    while (!waiting_.empty()) {
      const auto node = std::get<4>(*waiting_.begin());
      waiting_.erase(waiting_.begin());
      order.push_back(node);
      for (const auto next : hard_[node]) release(next, &State::hard);
      for (const auto next : soft_[node]) release(next, &State::soft);
    }
    return order;
  }

private:
  struct State {
    std::size_t hard;
    std::size_t soft;
  };
  // What waits for something sure comes last, then what waits for something likely.
  using Key = std::tuple<bool, bool, int, std::size_t, std::size_t>;

  Key key(std::size_t node) const {
    const auto& state = states_[node];
    return {state.hard > 0, state.soft > 0, nodes_[node].rank, node, node};
  }

  void release(std::size_t node, std::size_t State::* count) {
    if (waiting_.erase(key(node)) == 0) return;
    --(states_[node].*count);
    waiting_.insert(key(node));
  }

  const std::vector<Node>& nodes_;
  std::vector<std::vector<std::size_t>> hard_;
  std::vector<std::vector<std::size_t>> soft_;
  std::vector<State> states_;
  std::set<Key> waiting_;
};

} // namespace

void Order::before(std::size_t first, std::size_t second) {
  if (first != second) hard_[second].insert(first);
}

void Order::rather_before(std::size_t first, std::size_t second) {
  if (first != second) soft_[second].insert(first);
}

std::vector<std::size_t> Order::sorted(const std::vector<Node>& nodes) const {
  return Sorter(nodes, hard_, soft_).run();
}

} // namespace slipway::diff
