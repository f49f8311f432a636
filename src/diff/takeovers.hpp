#pragma once

#include "tasks.hpp"

namespace slipway::diff {

/// Finds what needs no new object: constraints and indexes that only got another name, and a unique
/// index that becomes a constraint. Nothing is lost if the guess is wrong, since the definitions
/// are equal.
void take_over(const Scene& scene, Tasks& tasks);

} // namespace slipway::diff
