#pragma once

#include "slipway/app/context.hpp"
#include "slipway/rehearse/side.hpp"

#include <string>
#include <vector>

namespace slipway::app {

/// A file that a side is made of.
struct SideInput {
  std::string name;
  std::string text;
};

/// Everything that a side is made of: the scripts, or the files that diff.command_inputs names for
/// a command. Errors: io, source; configuration when the setting names none.
Result<std::vector<SideInput>> inputs_of(const Context& context, const rehearse::Side& side);

/// Whether a script may come to something else with the same text: it asks the clock before it
/// decides what to make, or reads files of the server.
bool depends_on_more(const std::string& script);

} // namespace slipway::app
