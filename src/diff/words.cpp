#include "words.hpp"

#include <cctype>

namespace slipway::diff {

namespace {

bool is_of_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

// The identifier at `at`, which is then behind it; empty when there is none.
std::string identifier_at(std::string_view text, std::size_t& at) {
  std::string name;
  if (at < text.size() && text[at] == '"') {
    for (++at; at < text.size(); ++at) {
      const bool quote = text[at] == '"';
      if (quote && (at + 1 == text.size() || text[at + 1] != '"')) break;
      if (quote) ++at;
      name += text[at];
    }
    if (at < text.size()) ++at;
    return name;
  }
  while (at < text.size() && is_of_word(text[at]))
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(text[at++])));
  return name;
}

} // namespace

std::set<std::pair<std::string, std::string>> qualified_names_of(std::string_view text) {
  std::set<std::pair<std::string, std::string>> names;
  for (std::size_t at = 0; at < text.size();) {
    auto first = identifier_at(text, at);
    if (first.empty()) {
      ++at;
    } else if (at < text.size() && text[at] == '.') {
      auto behind = at + 1;
      auto second = identifier_at(text, behind);
      if (!second.empty()) names.emplace(std::move(first), std::move(second));
      ++at;
    }
  }
  return names;
}

std::set<std::string> words_of(std::string_view text) {
  std::set<std::string> words;
  std::string word;
  for (const char c : text) {
    if (is_of_word(c)) {
      word += c;
      continue;
    }
    if (!word.empty()) words.insert(std::move(word));
    word.clear();
  }
  if (!word.empty()) words.insert(std::move(word));
  return words;
}

} // namespace slipway::diff
