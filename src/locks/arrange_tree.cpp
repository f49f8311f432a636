// From "who waits for whom" to a tree in which each session stands once.
#include "slipway/locks/blocking_tree.hpp"

#include <algorithm>
#include <numeric>

namespace slipway::locks {

namespace {

constexpr std::size_t k_none = static_cast<std::size_t>(-1);

class Arrangement {
public:
  explicit Arrangement(std::vector<TreeSession>& sessions)
      : sessions_(sessions), depths_(sessions.size(), k_none), parents_(sessions.size(), k_none),
        placed_(sessions.size(), false) {
    for (const auto& session : sessions) edges_.push_back(session.blocked_by);
  }

  void arrange() {
    break_cycles();
    for (std::size_t i = 0; i < sessions_.size(); ++i) depth_of(i);
    for (std::size_t i = 0; i < sessions_.size(); ++i)
      if (parents_[i] == k_none) roots_.push_back(i);
    sort(roots_);
    for (const auto root : roots_) place(root);
    reorder();
  }

private:
  double waited(std::size_t i) const { return sessions_[i].waited_s.value_or(0); }

  void sort(std::vector<std::size_t>& indexes) const {
    std::stable_sort(indexes.begin(), indexes.end(),
                     [this](std::size_t a, std::size_t b) { return waited(a) > waited(b); });
  }

  bool reaches(std::size_t from, std::size_t to) const {
    std::vector<std::size_t> open{from};
    std::vector<bool> seen(sessions_.size(), false);
    while (!open.empty()) {
      const auto at = open.back();
      open.pop_back();
      if (at == to) return true;
      if (seen[at]) continue;
      seen[at] = true;
      open.insert(open.end(), edges_[at].begin(), edges_[at].end());
    }
    return false;
  }

  // A circle is cut above the one that waited longest.
  void break_cycles() {
    std::vector<std::size_t> order(sessions_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    sort(order);
    const auto is_in_cycle = [this](std::size_t i) {
      return std::any_of(edges_[i].begin(), edges_[i].end(),
                         [&](std::size_t blocker) { return reaches(blocker, i); });
    };
    for (const auto i : order) sessions_[i].in_cycle = is_in_cycle(i);
    for (const auto i : order) {
      std::vector<std::size_t> kept;
      for (const auto blocker : edges_[i])
        if (!reaches(blocker, i)) kept.push_back(blocker);
      edges_[i] = std::move(kept);
    }
  }

  // Below the blocker that is furthest down: behind whom it really queues.
  std::size_t depth_of(std::size_t i) {
    if (depths_[i] != k_none) return depths_[i];
    std::size_t depth = 0;
    for (const auto blocker : edges_[i]) {
      const auto above = depth_of(blocker);
      if (above + 1 <= depth) continue;
      depth = above + 1;
      parents_[i] = blocker;
    }
    return depths_[i] = depth;
  }

  void place(std::size_t i) {
    if (placed_[i]) return;
    placed_[i] = true;
    order_.push_back(i);
    std::vector<std::size_t> below;
    for (std::size_t j = 0; j < sessions_.size(); ++j)
      if (parents_[j] == i) below.push_back(j);
    sort(below);
    for (const auto j : below) place(j);
  }

  void reorder() {
    std::vector<std::size_t> place_of(sessions_.size());
    for (std::size_t at = 0; at < order_.size(); ++at) place_of[order_[at]] = at;
    std::vector<TreeSession> arranged;
    for (const auto i : order_) {
      auto session = std::move(sessions_[i]);
      session.depth = depths_[i];
      session.parent = parents_[i] == k_none ? 0 : place_of[parents_[i]];
      for (auto& blocker : session.blocked_by) blocker = place_of[blocker];
      arranged.push_back(std::move(session));
    }
    sessions_ = std::move(arranged);
  }

  std::vector<TreeSession>& sessions_;
  std::vector<std::vector<std::size_t>> edges_; // blocked_by, without what closes a circle
  std::vector<std::size_t> depths_;
  std::vector<std::size_t> parents_;
  std::vector<bool> placed_;
  std::vector<std::size_t> roots_;
  std::vector<std::size_t> order_;
};

} // namespace

void arrange(std::vector<TreeSession>& sessions) {
  Arrangement(sessions).arrange();
}

} // namespace slipway::locks
