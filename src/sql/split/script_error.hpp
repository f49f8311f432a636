#pragma once

#include "lex/lexer.hpp"

#include "slipway/base/error.hpp"
#include "slipway/base/text.hpp"

#include <string>
#include <string_view>

namespace slipway::sql {

/// An error of a script at a place in it.
Error script_error(std::string_view script, const std::string& file, Span where,
                   std::string message, std::string hint);
/// What to say of a token that the script ends within.
Error unterminated_error(std::string_view script, const std::string& file, const Token& token);
/// What to say of a backslash outside of quotes.
Error backslash_error(std::string_view script, const std::string& file, std::size_t offset);

} // namespace slipway::sql
