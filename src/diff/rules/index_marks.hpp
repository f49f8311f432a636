#pragma once

#include "rules.hpp"

namespace slipway::diff {

/// After an index, or the index of a constraint, was made anew under its old name: what the table
/// said of it, REPLICA IDENTITY and CLUSTER ON, is said again.
void mark_again(const Scene& scene, const schema::Object& index, Draft& draft);

} // namespace slipway::diff
