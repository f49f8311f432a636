#pragma once

#include "facts/tree.hpp"

namespace slipway::sql {

/// Whether a statement by its form leaves something changed in the session. What functions do is
/// found by QueryWalker.
bool changes_session(const Node& statement);

/// Whether a statement has no effect but on the session, and the same one when it is done again:
/// SET and its kin, and the SELECT set_config(...) that pg_dump writes.
bool only_changes_session(const Node& statement);

} // namespace slipway::sql
