#pragma once

#include "facts/tree.hpp"

namespace slipway::sql {

/// Whether a statement by its form leaves something changed in the session. What functions do is
/// found by QueryWalker.
bool changes_session(const Node& statement);

} // namespace slipway::sql
