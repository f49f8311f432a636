#pragma once

#include <cstddef>
#include <string_view>

namespace slipway::sql {

enum class TokenKind {
  end,
  word,              ///< identifier or keyword, not quoted
  quoted_identifier, ///< "..." or U&"..."
  string,            ///< '...' and its prefixed forms
  escape_string,     ///< a string in which a backslash escapes
  dollar_string,
  number,
  parameter, ///< $1
  symbol,    ///< operator or punctuation without a kind of its own
  open_paren,
  close_paren,
  comma,
  semicolon,
  backslash,
  line_comment,
  block_comment,
  byte_order_mark,
  unterminated_string,
  unterminated_identifier,
  unterminated_dollar_string,
  unterminated_block_comment,
};

bool is_unterminated(TokenKind kind);

/// One token as a slice of the text. An unterminated one spans its opening only.
struct Token {
  TokenKind kind = TokenKind::end;
  std::size_t offset = 0;
  std::size_t length = 0;

  std::size_t end() const { return offset + length; }
  std::string_view text(std::string_view script) const { return script.substr(offset, length); }
};

/// Cuts a text into the tokens of PostgreSQL 15's lexer (scan.l and psqlscan.l agree on them),
/// comments included. Never fails, uses no recursion, and looks at each byte a bounded number of
/// times. A number with junk behind it, an error for the server, is one token.
class Lexer {
public:
  explicit Lexer(std::string_view text, std::size_t offset = 0) : text_(text), at_(offset) {}

  Token next();
  /// Goes on at `offset`, as if nothing had been read before it.
  void seek(std::size_t offset);
  /// What standard_conforming_strings is from here on: whether a backslash in '...' is plain text.
  void set_standard_strings(bool on) { standard_strings_ = on; }

private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool skip_space();
  Token make(TokenKind kind, std::size_t length);
  Token line_comment();
  Token block_comment();
  /// `doubles`: whether a doubled quote stands for one, as everywhere but in bit strings.
  Token string(std::size_t prefix, bool escapes, bool doubles = true);
  Token quoted_identifier(std::size_t prefix);
  Token dollar();
  Token number();
  Token word();
  Token operator_run();
  Token punctuation();

  std::string_view text_;
  std::size_t at_ = 0;
  bool standard_strings_ = true;
  bool may_continue_escape_ =
      false; // the token before was an escape string: a quote on a later line continues it
  // The run of operator characters last looked at: where it ends, the last character in it that is
  // neither + nor -, and the last that lets an operator end in + or -. Positions count from 1 so
  // that 0 means none.
  std::size_t run_end_ = 0;
  std::size_t run_solid_ = 0;
  std::size_t run_special_ = 0;
};

} // namespace slipway::sql
