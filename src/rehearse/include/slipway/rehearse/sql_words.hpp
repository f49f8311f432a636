#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::rehearse {

/// The lexical pieces of SQL text in order, so that joined they are the text again: quoted strings
/// and identifiers, dollar quotes and comments each in one piece, words, white space, and every
/// other byte alone.
std::vector<std::string_view> sql_words(std::string_view text);

/// The parts of a list between its commas, without white space around them. Commas within
/// parentheses, brackets and quotes do not count.
std::vector<std::string> list_items(std::string_view text);

/// The offset of the parenthesis that closes the one before `begin`, or npos.
std::size_t closing_parenthesis(std::string_view text, std::size_t begin);

} // namespace slipway::rehearse
