#include "facts/depth_guard.hpp"

#include "lex/lexer.hpp"
#include "lex/words.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace slipway::sql {

namespace {

// AND and OR are left out: the parser makes one flat list of a chain of them.
constexpr std::array<std::string_view, 19> k_nesting_words = {
    "at",      "between", "case",      "collate", "else",   "except", "exists",
    "ilike",   "in",      "intersect", "is",      "isnull", "join",   "like",
    "notnull", "not",     "similar",   "select",  "union"};

bool nests(const Token& token, std::string_view text) {
  if (token.kind == TokenKind::symbol) return text != "." && text != "[" && text != "]";
  if (token.kind != TokenKind::word) return false;
  return std::any_of(k_nesting_words.begin(), k_nesting_words.end(),
                     [&](std::string_view word) { return same_word(text, word); });
}

} // namespace

std::size_t nesting_estimate(std::string_view sql) {
  std::vector<std::size_t> levels = {0};
  std::size_t depth = 0;
  std::size_t deepest = 0;
  Lexer lexer(sql);
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    const std::string_view text = token.text(sql);
    const bool opens = token.kind == TokenKind::open_paren || text == "[";
    const bool closes = token.kind == TokenKind::close_paren || text == "]";
    if (opens) {
      levels.push_back(0);
      ++depth;
    } else if (closes && levels.size() > 1) {
      depth -= levels.back() + 1;
      levels.pop_back();
    } else if (token.kind == TokenKind::comma || token.kind == TokenKind::semicolon) {
      depth -= levels.back();
      levels.back() = 0;
    } else if (nests(token, text)) {
      ++levels.back();
      ++depth;
    }
    deepest = std::max(deepest, depth);
  }
  return deepest;
}

} // namespace slipway::sql
