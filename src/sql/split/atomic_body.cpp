#include "split/atomic_body.hpp"

#include "lex/words.hpp"

namespace slipway::sql {

void AtomicBody::read_head(std::string_view word) {
  const auto is_routine = [&] {
    return same_word(word, "function") || same_word(word, "procedure");
  };
  switch (head_) {
  case Head::start:
    head_ = same_word(word, "create") ? Head::create : Head::other;
    break;
  case Head::create:
    head_ = same_word(word, "or") ? Head::create_or : is_routine() ? Head::routine : Head::other;
    break;
  case Head::create_or:
    head_ = same_word(word, "replace") ? Head::create_or_replace : Head::other;
    break;
  case Head::create_or_replace:
    head_ = is_routine() ? Head::routine : Head::other;
    break;
  case Head::routine:
  case Head::other:
    break;
  }
}

void AtomicBody::count(const Token& token, std::string_view word) {
  const bool follows_begin = begin_.has_value();
  if (depth_ == 0) {
    if (follows_begin && same_word(word, "atomic")) {
      depth_ = 1;
      opening_ = *begin_;
    }
    begin_.reset();
    if (same_word(word, "begin")) begin_ = token;
  } else if (same_word(word, "begin") || same_word(word, "case")) {
    ++depth_;
  } else if (same_word(word, "end")) {
    --depth_;
  }
}

void AtomicBody::feed(const Token& token, std::string_view text, bool in_parens) {
  if (head_ == Head::other) return;
  if (head_ != Head::routine) {
    read_head(token.kind == TokenKind::word ? text : std::string_view());
    return;
  }
  if (token.kind == TokenKind::word && !in_parens && !name_follows_)
    count(token, text);
  else
    begin_.reset();
  name_follows_ = text == "." || (token.kind == TokenKind::word && same_word(text, "as"));
}

} // namespace slipway::sql
