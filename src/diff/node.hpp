#pragma once

#include "draft.hpp"

#include <cstddef>
#include <optional>
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
  /// It would do something to what is made after it.
  bool at_last = false;
  /// Of an alter that renames: the name until then.
  std::optional<schema::Identity> renamed_from = {};
};

/// The numbers of nodes in their order.
struct Sorted {
  std::vector<std::size_t> order;
  /// Nodes that wait for each other in a circle; one of each has gone first in spite of that.
  std::vector<std::vector<std::size_t>> circles;
};

/// Which node must come before which.
class Order {
public:
  explicit Order(std::size_t nodes) : hard_(nodes), soft_(nodes) {}
  void before(std::size_t first, std::size_t second);
  /// The same, where it is not known for sure; given up where it leads into a circle.
  void rather_before(std::size_t first, std::size_t second);
  /// The same for a name that `leaving` makes free and `taking` has. Where that cannot be, what
  /// has it takes another one meanwhile, by `sql`.
  void free_name(std::size_t leaving, std::size_t taking, std::string sql);
  /// Adds the statements that free names in the order `sorted` to the drafts of who takes them.
  void step_aside(const std::vector<std::size_t>& sorted, std::vector<Node>& nodes) const;
  /// The numbers of the nodes in an order that keeps all demands, and among several possible ones
  /// the one that takes low ranks and then low numbers first. Where demands go in a circle, a node
  /// of the lowest rank goes first.
  Sorted sorted(const std::vector<Node>& nodes) const;

private:
  struct Name {
    std::size_t leaving;
    std::size_t taking;
    std::string sql;
  };
  std::vector<Name> names_;
  std::vector<std::set<std::size_t>> hard_; // what must come before
  std::vector<std::set<std::size_t>> soft_;
};

} // namespace slipway::diff
