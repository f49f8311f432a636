#include "split/copy_in.hpp"

#include "lex/words.hpp"

#include <algorithm>

namespace slipway::sql {

void CopyIn::feed(const Token& token, std::string_view text, bool in_parens) {
  const bool word = token.kind == TokenKind::word;
  switch (state_) {
  case State::start:
    state_ = word && same_word(text, "copy") ? State::name : State::other;
    break;
  case State::name:
    // A query in parentheses instead of a name can only be copied out.
    if (word && same_word(text, "binary")) break;
    state_ =
        word || token.kind == TokenKind::quoted_identifier ? State::rest_of_name : State::other;
    break;
  case State::rest_of_name:
    if (in_parens || token.kind == TokenKind::open_paren || token.kind == TokenKind::close_paren)
      break;
    if (word && same_word(text, "to")) state_ = State::other;
    if (word && same_word(text, "from")) state_ = State::from;
    break;
  case State::from:
    // The grammar takes STDOUT for STDIN here.
    state_ = word && (same_word(text, "stdin") || same_word(text, "stdout")) ? State::found
                                                                             : State::other;
    break;
  case State::found:
  case State::other:
    break;
  }
}

CopyData read_copy_data(std::string_view script, std::size_t offset, char newline) {
  for (std::size_t line = offset; line < script.size();) {
    const std::size_t end = std::min(script.find(newline, line), script.size());
    const std::size_t next = std::min(end + 1, script.size());
    std::string_view text = script.substr(line, end - line);
    if (newline == '\n' && text.ends_with('\r')) text.remove_suffix(1);
    if (text == "\\.") return {true, line, next};
    line = next;
  }
  return {};
}

} // namespace slipway::sql
