#include "facts/transaction_safety.hpp"

#include "lex/lexer.hpp"
#include "lex/words.hpp"

#include <algorithm>
#include <array>

namespace slipway::sql {

namespace {

// After these a statement of PL/pgSQL begins.
constexpr std::array<std::string_view, 5> k_before_statement = {"begin", "then", "else", "loop",
                                                                "atomic"};

bool begins_after(const Token& before, std::string_view text) {
  if (before.kind == TokenKind::semicolon || text == ">>" || text.empty()) return true;
  return std::any_of(k_before_statement.begin(), k_before_statement.end(),
                     [&](std::string_view word) { return same_word(text, word); });
}

bool is_comment(const Token& token) {
  return token.kind == TokenKind::line_comment || token.kind == TokenKind::block_comment;
}

} // namespace

// Other languages call a function named commit or rollback, which looks the same with a dot before
// it.
bool body_ends_transactions(std::string_view body) {
  Lexer lexer(body);
  Token before;
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    if (is_comment(token)) continue;
    const std::string_view text = token.text(body);
    const bool ends =
        token.kind == TokenKind::word && (same_word(text, "commit") || same_word(text, "rollback"));
    const std::string_view text_before = before.text(body);
    if (ends && (begins_after(before, text_before) || text_before == ".")) return true;
    before = token;
  }
  return false;
}

} // namespace slipway::sql
