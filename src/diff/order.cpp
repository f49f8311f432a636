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
      : nodes_(nodes), waits_(hard), hard_(followers_of(hard)), soft_(followers_of(soft)) {
    for (std::size_t node = 0; node < nodes.size(); ++node) {
      states_.push_back({hard[node].size(), soft[node].size()});
      waiting_.insert(key(node));
    }
  }

  Sorted run() {
    Sorted sorted;
    while (!waiting_.empty()) {
      auto node = std::get<std::size_t>(*waiting_.begin());
      if (states_[node].hard > 0) {
        auto circle = circle_before(node);
        node = first_of(circle);
        if (circle.size() > 1) sorted.circles.push_back(std::move(circle));
      }
      waiting_.erase(key(node));
      done_.insert(node);
      sorted.order.push_back(node);
      for (const auto next : hard_[node]) release(next, &State::hard);
      for (const auto next : soft_[node]) release(next, &State::soft);
    }
    return sorted;
  }

private:
  struct State {
    std::size_t hard;
    std::size_t soft;
  };
  // What waits for something sure comes last, then what waits for something likely.
  using Key = std::tuple<bool, bool, bool, int, std::size_t>;

  Key key(std::size_t node) const {
    const auto& state = states_[node];
    return {nodes_[node].at_last, state.hard > 0, state.soft > 0, nodes_[node].rank, node};
  }

  // What only waits for a circle is not to pay for it. What is for the end otherwise, and only
  // holds up others, is one by itself.
  std::vector<std::size_t> circle_before(std::size_t node) const {
    std::vector<std::size_t> way;
    for (auto at = std::find(way.begin(), way.end(), node); at == way.end();
         at = std::find(way.begin(), way.end(), node)) {
      if (states_[node].hard == 0) return {node};
      way.push_back(node);
      node = *std::find_if(waits_[node].begin(), waits_[node].end(),
                           [&](std::size_t first) { return !done_.contains(first); });
    }
    return {std::find(way.begin(), way.end(), node), way.end()};
  }

  std::size_t first_of(const std::vector<std::size_t>& circle) const {
    return *std::min_element(circle.begin(), circle.end(),
                             [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  }

  void release(std::size_t node, std::size_t State::* count) {
    if (waiting_.erase(key(node)) == 0) return;
    --(states_[node].*count);
    waiting_.insert(key(node));
  }

  const std::vector<Node>& nodes_;
  const Waits& waits_;
  std::set<std::size_t> done_;
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

void Order::free_name(std::size_t leaving, std::size_t taking, std::string sql) {
  rather_before(leaving, taking);
  names_.push_back({leaving, taking, std::move(sql)});
}

void Order::step_aside(const std::vector<std::size_t>& sorted, std::vector<Node>& nodes) const {
  std::vector<std::size_t> place(nodes.size());
  for (std::size_t at = 0; at < sorted.size(); ++at) place[sorted[at]] = at;
  for (const auto& name : names_) {
    if (place[name.leaving] < place[name.taking]) continue;
    auto& statements = nodes[name.taking].draft.statements();
    statements.insert(statements.begin(), {"free name", name.sql, true, false, false, {}});
  }
}

Sorted Order::sorted(const std::vector<Node>& nodes) const {
  return Sorter(nodes, hard_, soft_).run();
}

} // namespace slipway::diff
