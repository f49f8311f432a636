#pragma once

#include "command.hpp"

#include "slipway/diff/plan.hpp"

#include <optional>

namespace slipway::cli {

/// Asks the person at the terminal whether what goes is one of the candidates under another name.
/// Yields which one, or nothing when it really goes. Errors: cancelled without an answer.
Result<std::optional<std::size_t>> ask_whether_renamed(Invocation& invocation,
                                                       const diff::Question& question);

} // namespace slipway::cli
