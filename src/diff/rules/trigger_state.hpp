#pragma once

#include "rules.hpp"

#include <string>
#include <string_view>

namespace slipway::diff {

/// "ENABLE REPLICA" for "replica".
std::string trigger_state_word(std::string_view state);

void set_trigger_state(const schema::Object& trigger, std::string_view state, Draft& draft);

/// What the triggers that a partition has from its parent are to have of their own, once they are
/// there.
void set_states_of_clones(const schema::Object& partition, Draft& draft);

} // namespace slipway::diff
