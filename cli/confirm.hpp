#pragma once

#include "command.hpp"

#include <string_view>

namespace slipway::cli {

/// Asks a question that is answered by yes or no, and goes on when the answer is yes: "Remove the
/// server and its data?".
/// --yes answers it. Errors: usage when nobody can be asked (no terminal, --no-input, --json);
/// cancelled when the answer is not yes.
Status confirm(Invocation& invocation, std::string_view question);

/// Says what is about to happen and goes on when `word` is typed. --yes does without. Errors: as
/// confirm.
Status confirm_by_typing(Invocation& invocation, std::string_view what, std::string_view word);

} // namespace slipway::cli
