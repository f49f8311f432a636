#pragma once

#include "slipway/apply/step.hpp"

namespace slipway::apply {

/// Sends one statement outside a transaction, under the limits that hold for it, and again when it
/// did not get its lock and the budget allows. The limits stay set: the caller resets them.
Result<pg::Rows> send_alone(const RunContext& context, const plan::Step& step,
                            const plan::PlannedStatement& statement, const Wait& wait);

} // namespace slipway::apply
