#pragma once

#include "hold.hpp"
#include "waiting.hpp"

namespace slipway::locks {

/// Polls until the hold is ours, no lease of another runner is alive, and nothing that a killed
/// runner left is at work any more. Errors: as Waiting::pause, and those of the hold.
Status take_turn(Hold& hold, pg::Session& working, const std::string& history_schema,
                 Waiting& waiting);

} // namespace slipway::locks
