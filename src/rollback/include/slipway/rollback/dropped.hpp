#pragma once

#include "slipway/plan/plan.hpp"
#include "slipway/replay/park_dropped.hpp"
#include "slipway/rollback/assessment.hpp"

#include <set>
#include <string>
#include <vector>

namespace slipway::rollback {

/// Tables and columns that statements of a group drop, as these name them. What a statement hides
/// (DO, CALL, CASCADE, DROP SCHEMA) is not among them.
std::set<replay::ToDrop> drops_of(const plan::Step& step, const plan::Group& group);

/// Of what undoing in place destroys, what a transaction of `plan` drops in so many words, so that
/// it can be kept aside: by Finding::object. A name without a schema is taken for any.
std::set<std::string> kept_aside(const plan::Plan& plan,
                                 const std::vector<diff::Finding>& given_up);

} // namespace slipway::rollback
