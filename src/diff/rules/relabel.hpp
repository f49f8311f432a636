#pragma once

#include "rules.hpp"

namespace slipway::diff {

/// Puts an enum with other labels in the place of the old one: makes it beside, moves every column
/// over by its text, and drops the old. Refuses where a column cannot be moved.
void relabel(const Scene& scene, const Alteration& alteration, Draft& draft);

/// The same for a domain over a type that holds all values of the old one: whether it was possible.
bool swap_domain(const Scene& scene, const Alteration& alteration, Draft& draft);

} // namespace slipway::diff
