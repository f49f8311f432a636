#include "lex/lexer.hpp"

#include "lex/words.hpp"

#include <array>
#include <cstdint>

namespace slipway::sql {

namespace {

constexpr std::string_view k_byte_order_mark = "\xEF\xBB\xBF";

// What a byte can be, as bits, looked up once a byte: scripts of 100 MB go through here.
enum Class : std::uint8_t {
  is_space = 1,
  is_digit = 2,
  is_word_start = 4, // a letter, an underscore or part of a character beyond ASCII
  is_operator = 8,
  lets_sign_end = 16, // in no SQL operator, so an operator that holds it may end in + or -
};

constexpr std::array<std::uint8_t, 256> class_table() {
  std::array<std::uint8_t, 256> table{};
  const auto mark = [&](std::string_view bytes, std::uint8_t bits) {
    for (const char c : bytes) table[static_cast<unsigned char>(c)] |= bits;
  };
  mark(" \t\n\r\f\v", is_space);
  mark("0123456789", is_digit);
  mark("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", is_word_start);
  mark("+-*/<>=", is_operator);
  mark("~!@#^&|`?%", is_operator | lets_sign_end);
  for (std::size_t i = 0x80; i < table.size(); ++i) table[i] = is_word_start;
  return table;
}

constexpr std::array<std::uint8_t, 256> k_classes = class_table();

bool is(char c, unsigned bits) {
  return (k_classes[static_cast<unsigned char>(c)] & bits) != 0;
}
bool is_tag_part(char c) {
  return is(c, is_word_start | is_digit);
}
bool is_word_part(char c) {
  return is_tag_part(c) || c == '$';
}

} // namespace

bool is_unterminated(TokenKind kind) {
  return kind >= TokenKind::unterminated_string;
}

void Lexer::seek(std::size_t offset) {
  at_ = offset;
  may_continue_escape_ = false;
  run_end_ = 0;
}

Token Lexer::make(TokenKind kind, std::size_t length) {
  const Token token{kind, at_, length};
  at_ += length;
  return token;
}

bool Lexer::skip_space() {
  bool newline = false;
  for (; at_ < text_.size() && is(text_[at_], is_space); ++at_)
    newline = newline || text_[at_] == '\n' || text_[at_] == '\r';
  return newline;
}

Token Lexer::next() {
  const bool newline = skip_space();
  if (at_ >= text_.size()) return {TokenKind::end, at_, 0};
  const char c = text_[at_];
  if (c == '-' && peek(1) == '-') return line_comment();
  // A string on a later line goes on with the one before it, and a backslash keeps escaping.
  const bool continues = may_continue_escape_ && newline && c == '\'';
  may_continue_escape_ = false;
  if (c == '\'') return string(0, continues || !standard_strings_);
  if (c == '"') return quoted_identifier(0);
  if (c == '/' && peek(1) == '*') return block_comment();
  if (c == '$') return dollar();
  if (is(c, is_word_start)) return word();
  if (is(c, is_digit) || (c == '.' && is(peek(1), is_digit))) return number();
  if (is(c, is_operator)) return operator_run();
  return punctuation();
}

Token Lexer::line_comment() {
  const std::size_t end = text_.find_first_of("\n\r", at_);
  return make(TokenKind::line_comment, (end == text_.npos ? text_.size() : end) - at_);
}

Token Lexer::block_comment() {
  std::size_t depth = 1;
  for (std::size_t i = text_.find_first_of("*/", at_ + 2);
       i + 1 < text_.size() && i != text_.npos;) {
    if (text_[i] == '*' && text_[i + 1] == '/') {
      i += 2;
      if (--depth == 0) return make(TokenKind::block_comment, i - at_);
    } else if (text_[i] == '/' && text_[i + 1] == '*') {
      i += 2;
      ++depth;
    } else {
      ++i;
    }
    i = text_.find_first_of("*/", i);
  }
  return make(TokenKind::unterminated_block_comment, 2);
}

Token Lexer::string(std::size_t prefix, bool escapes, bool doubles) {
  std::size_t i = at_ + prefix + 1;
  const auto stop = [&] { return escapes ? text_.find_first_of("'\\", i) : text_.find('\'', i); };
  while ((i = stop()) != text_.npos) {
    const bool doubled = doubles && i + 1 < text_.size() && text_[i + 1] == '\'';
    const bool skips_next = text_[i] == '\\' || doubled;
    if (!skips_next) {
      may_continue_escape_ = escapes;
      return make(escapes ? TokenKind::escape_string : TokenKind::string, i + 1 - at_);
    }
    i += 2;
  }
  return make(TokenKind::unterminated_string, prefix + 1);
}

Token Lexer::quoted_identifier(std::size_t prefix) {
  std::size_t i = at_ + prefix + 1;
  while ((i = text_.find('"', i)) != text_.npos) {
    if (i + 1 >= text_.size() || text_[i + 1] != '"')
      return make(TokenKind::quoted_identifier, i + 1 - at_);
    i += 2;
  }
  return make(TokenKind::unterminated_identifier, prefix + 1);
}

Token Lexer::dollar() {
  std::size_t i = 1;
  if (is(peek(i), is_digit)) {
    while (is_tag_part(peek(i))) ++i;
    return make(TokenKind::parameter, i);
  }
  if (is(peek(i), is_word_start))
    while (is_tag_part(peek(i))) ++i;
  if (peek(i) != '$') return make(TokenKind::symbol, 1);
  const std::string_view delimiter = text_.substr(at_, i + 1);
  const std::size_t close = text_.find(delimiter, at_ + delimiter.size());
  if (close == text_.npos) return make(TokenKind::unterminated_dollar_string, delimiter.size());
  return make(TokenKind::dollar_string, close + delimiter.size() - at_);
}

Token Lexer::number() {
  std::size_t i = 0;
  while (is(peek(i), is_digit)) ++i;
  if (peek(i) == '.' && peek(i + 1) != '.') {
    ++i;
    while (is(peek(i), is_digit)) ++i;
  }
  if (lower_ascii(peek(i)) == 'e' && (peek(i + 1) == '+' || peek(i + 1) == '-') &&
      is(peek(i + 2), is_digit))
    i += 2;
  while (is_tag_part(peek(i))) ++i;
  return make(TokenKind::number, i);
}

Token Lexer::word() {
  const char first = lower_ascii(text_[at_]);
  const char second = peek(1);
  if (second == '\'') {
    if (first == 'e') return string(1, true);
    if (first == 'b' || first == 'x') return string(1, false, false);
    if (first == 'n') return string(1, !standard_strings_);
  }
  if (first == 'u' && second == '&' && peek(2) == '\'') return string(2, false);
  if (first == 'u' && second == '&' && peek(2) == '"') return quoted_identifier(2);
  std::size_t i = 0;
  bool plain = true;
  for (; is_word_part(peek(i)); ++i)
    plain = plain && (static_cast<unsigned char>(peek(i)) & 0x80U) == 0;
  if (!plain) {
    const std::size_t mark = text_.substr(at_, i).find(k_byte_order_mark);
    if (mark == 0) return make(TokenKind::byte_order_mark, k_byte_order_mark.size());
    if (mark != text_.npos) i = mark;
  }
  return make(TokenKind::word, i);
}

Token Lexer::operator_run() {
  if (at_ >= run_end_) {
    run_solid_ = run_special_ = 0;
    for (run_end_ = at_; run_end_ < text_.size() && is(text_[run_end_], is_operator); ++run_end_) {
      const std::string_view rest = text_.substr(run_end_, 2);
      if (rest == "--" || rest == "/*") break;
      if (text_[run_end_] != '+' && text_[run_end_] != '-') run_solid_ = run_end_ + 1;
      if (is(text_[run_end_], lets_sign_end)) run_special_ = run_end_ + 1;
    }
  }
  // SQL wants "a<-1" to be a < -1: an operator ends in + or - only if it holds a character that no
  // SQL operator has.
  if (run_special_ > at_) return make(TokenKind::symbol, run_end_ - at_);
  return make(TokenKind::symbol, run_solid_ > at_ ? run_solid_ - at_ : 1);
}

Token Lexer::punctuation() {
  switch (text_[at_]) {
  case '(':
    return make(TokenKind::open_paren, 1);
  case ')':
    return make(TokenKind::close_paren, 1);
  case ',':
    return make(TokenKind::comma, 1);
  case ';':
    return make(TokenKind::semicolon, 1);
  case '\\':
    return make(TokenKind::backslash, 1);
  case ':':
    return make(TokenKind::symbol, peek(1) == ':' || peek(1) == '=' ? 2 : 1);
  case '.':
    return make(TokenKind::symbol, peek(1) == '.' ? 2 : 1);
  default:
    return make(TokenKind::symbol, 1);
  }
}

} // namespace slipway::sql
