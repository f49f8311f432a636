#pragma once

#include "slipway/diff/plan.hpp"

#include <optional>
#include <vector>

namespace slipway::diff {

/// Whether the statement takes away something with the values in it, which programs of the release
/// before may still use.
bool is_contraction(const Statement& statement);

/// The same statements with those that take away last, in a transaction of their own, so that they
/// can wait until nobody uses what goes. Nothing when there are none or nothing else, or when one
/// is bound to its neighbours. Whether the plan still leads where it did has to be tried.
std::optional<std::vector<Statement>> contractions_last(const std::vector<Statement>& statements);

} // namespace slipway::diff
