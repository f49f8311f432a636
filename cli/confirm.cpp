// The one way a command asks before it does harm.
#include "confirm.hpp"

#include "standard_input.hpp"

#include "slipway/base/text.hpp"

#include <fmt/format.h>

namespace slipway::cli {

Status confirm(Invocation& invocation, std::string_view question) {
  if (invocation.assume_yes) return {};
  if (!invocation.may_ask)
    return fail(Error(ErrorCode::usage, fmt::format("nobody can be asked: {}", question))
                    .with_hint("add --yes when the answer is yes"));
  invocation.err.write(fmt::format("{} [y/N] ", question));
  SLIPWAY_ASSIGN(const std::string answer, read_line(invocation.stop));
  const std::string word = to_lower_ascii(trim(answer));
  if (word == "y" || word == "yes") return {};
  return fail(ErrorCode::cancelled, "the answer was not yes; nothing was changed");
}

Status confirm_by_typing(Invocation& invocation, std::string_view what, std::string_view word) {
  if (invocation.assume_yes) return {};
  if (!invocation.may_ask)
    return fail(Error(ErrorCode::usage, fmt::format("nobody can be asked: {}", what))
                    .with_hint("add --yes when that is meant"));
  invocation.err.write(fmt::format("{} Type {} to go on: ", what, word));
  SLIPWAY_ASSIGN(const std::string answer, read_line(invocation.stop));
  if (trim(answer) == word) return {};
  return fail(ErrorCode::cancelled, "that was not typed; nothing was changed");
}

} // namespace slipway::cli
