#pragma once

#include "slipway/apply/step.hpp"

namespace slipway::apply {

/// `query` with the run's prologue before it, for a pipeline that is a transaction of its own.
std::vector<pg::Query> guarded(const RunContext& context, pg::Query query);

/// Before a statement outside a transaction: the runner lock is ours for as long as it may take,
/// and in a session that a pooler lends, where nothing can be set, the settings in force are right
/// for it. Errors: unsupported, with what to change; lock_timeout.
Status ready_for_alone(const RunContext& context, const plan::Step& step,
                       const plan::PlannedStatement& statement, const Wait& wait);

/// How long to wait for a statement outside a transaction. In a session that a pooler lends its
/// time limit is kept here, by cancelling it.
Wait alone_wait(const RunContext& context, const plan::Step& step,
                const plan::PlannedStatement& statement, const Wait& wait);

} // namespace slipway::apply
