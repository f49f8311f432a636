#pragma once

#include "rules.hpp"

#include <string_view>
#include <vector>

namespace slipway::diff {

/// Whether a row could belong to both, as far as the texts tell: what cannot be told overlaps.
bool may_overlap(std::string_view bound, std::string_view other);

/// Whether the plan takes the table out of its parent and puts it into the same one again, with
/// another bound.
bool gets_new_bound(const Scene& scene, const schema::Object& table);
/// The tables that get a new bound in the one step with `table`, in the order of their names, as
/// they are in TO: all of the parent when one is to have what another has as yet, else only itself.
std::vector<schema::Object> given_bounds_with(const Scene& scene, const schema::Object& table);

} // namespace slipway::diff
