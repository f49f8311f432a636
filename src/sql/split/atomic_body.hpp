#pragma once

#include "lex/lexer.hpp"

#include <optional>

namespace slipway::sql {

/// Follows BEGIN ATOMIC ... END bodies, whose semicolons do not end the statement. psql's
/// heuristic: only after CREATE [OR REPLACE] FUNCTION|PROCEDURE and outside parentheses; BEGIN and
/// CASE open, END closes. Stricter than psql where psql miscounts: the outer BEGIN must be followed
/// by ATOMIC, and names after a dot or AS are not counted.
class AtomicBody {
public:
  void feed(const Token& token, std::string_view text, bool in_parens);
  bool open() const { return depth_ > 0; }
  /// The token that opened the body. Only while open.
  const Token& opening() const { return opening_; }

private:
  enum class Head { start, create, create_or, create_or_replace, routine, other };
  void read_head(std::string_view word);
  void count(const Token& token, std::string_view word);

  Head head_ = Head::start;
  std::size_t depth_ = 0;
  Token opening_;
  std::optional<Token> begin_; // a BEGIN directly before
  bool name_follows_ = false;  // a dot or AS directly before
};

} // namespace slipway::sql
