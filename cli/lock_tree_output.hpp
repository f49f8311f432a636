#pragma once

#include "slipway/locks/blocking_tree.hpp"
#include "slipway/observe/output.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace slipway::cli {

/// The tree for people: roots first, each waiter below the one it queues behind; then what frees
/// them, and what could not be seen.
std::string lock_tree_text(const locks::BlockingTree& tree, const observe::Output& out);

/// {"database","waiting","roots","hidden","sessions":[...]}, in the order of the tree.
nlohmann::ordered_json lock_tree_json(const locks::BlockingTree& tree);

} // namespace slipway::cli
