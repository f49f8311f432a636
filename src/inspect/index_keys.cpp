#include "index_keys.hpp"

namespace slipway::inspect {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Past a name or string in quotes that begins at `at`. A doubled quote is two of them in a row; a
// backslash means nothing, for standard_conforming_strings is on.
std::size_t past_quoted(std::string_view text, std::size_t at) {
  const auto end = text.find(text[at], at + 1);
  return end == std::string_view::npos ? text.size() : end + 1;
}

bool is_quote(char c) {
  return c == '\'' || c == '"';
}

} // namespace

std::vector<std::string> index_keys(std::string_view definition) {
  std::size_t at = 0;
  while (at < definition.size() && definition[at] != '(')
    at = is_quote(definition[at]) ? past_quoted(definition, at) : at + 1;
  std::vector<std::string> keys;
  int depth = 0;
  auto begin = at + 1;
  while (at < definition.size()) {
    const char c = definition[at];
    if (is_quote(c)) {
      at = past_quoted(definition, at);
      continue;
    }
    if (c == '(' || c == '[') ++depth;
    if (c == ')' || c == ']') --depth;
    if ((c == ',' && depth == 1) || depth == 0) {
      keys.emplace_back(trimmed(definition.substr(begin, at - begin)));
      begin = at + 1;
    }
    if (depth == 0) break;
    ++at;
  }
  return keys;
}

} // namespace slipway::inspect
