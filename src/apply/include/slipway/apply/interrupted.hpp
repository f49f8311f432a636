#pragma once

#include "slipway/apply/step.hpp"

namespace slipway::apply {

/// Whether a statement of the step was sent outside a transaction and nobody saw it end.
/// Precondition: plan::mark_done.
bool is_interrupted(const plan::Step& step);

/// After a connection broke in a statement outside a transaction: says on a new session, in the
/// error's state and next command, what the catalog tells of that statement. Changes nothing in the
/// database. Leaves the error as it is when no statement of the step is without an end.
/// Precondition: plan::mark_done was given the journal as it is now; the runner lock is held, so
/// that the old session is really gone.
Error describe_interrupted(Error error, const RunContext& context, const plan::Step& step,
                           const Wait& wait);

} // namespace slipway::apply
