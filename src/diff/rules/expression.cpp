#include "expression.hpp"

#include <cctype>

namespace slipway::diff {

namespace {

// The place after a quoted part that begins at `at`.
std::size_t after_quoted(std::string_view text, std::size_t at) {
  const char quote = text[at];
  while (++at < text.size())
    if (text[at] == quote) return at + 1;
  return at;
}

bool is_quote(char c) {
  return c == '\'' || c == '"';
}

bool is_enclosed(std::string_view text) {
  if (!text.starts_with('(') || !text.ends_with(')')) return false;
  int depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (is_quote(text[at])) {
      at = after_quoted(text, at);
      continue;
    }
    if (text[at] == '(') ++depth;
    if (text[at] == ')') --depth;
    ++at;
    if (depth == 0 && at < text.size()) return false;
  }
  return depth == 0;
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
}

} // namespace

std::string in_parentheses(std::string_view expression) {
  if (is_enclosed(expression)) return std::string(expression);
  return "(" + std::string(expression) + ")";
}

std::string with_value(std::string_view expression, std::string_view value) {
  constexpr std::string_view k_value = "VALUE";
  std::string text;
  for (std::size_t at = 0; at < expression.size();) {
    const auto from = at;
    if (is_quote(expression[at])) {
      at = after_quoted(expression, at);
    } else if (is_word(expression[at])) {
      while (at < expression.size() && is_word(expression[at])) ++at;
    } else {
      ++at;
    }
    const auto piece = expression.substr(from, at - from);
    text += piece == k_value ? value : piece;
  }
  return text;
}

} // namespace slipway::diff
