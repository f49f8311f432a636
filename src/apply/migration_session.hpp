#pragma once

#include "slipway/apply/step.hpp"

namespace slipway::apply {

/// Does again what a finished statement did to the session of an earlier run. Precondition:
/// facts.only_changes_session.
Status set_again(pg::Session& session, const plan::Step& step,
                 const plan::PlannedStatement& statement, const Wait& wait);

/// Puts the session back to what prepare_session makes of it: what one migration sets must not
/// reach the next one, or their order would matter in ways no file shows. A failure is a warning.
void reset_session(const RunContext& context);

} // namespace slipway::apply
