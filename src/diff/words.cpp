#include "words.hpp"

#include <cctype>
#include <functional>

namespace slipway::diff {

namespace {

bool is_part_of_word(char c) {
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
  while (at < text.size() && is_part_of_word(text[at]))
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(text[at++])));
  return name;
}

bool is_part_of_operator(char c) {
  return std::string_view("+-*/<>=~!@#%^&|`?").find(c) != std::string_view::npos;
}

void each_run(std::string_view text, bool (*belongs)(char),
              const std::function<void(std::size_t, std::string_view)>& found) {
  for (std::size_t at = 0; at < text.size();) {
    auto end = at;
    while (end < text.size() && belongs(text[end])) ++end;
    if (end > at) found(at, text.substr(at, end - at));
    at = end > at ? end : at + 1;
  }
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
  each_run(text, is_part_of_word, [&](std::size_t, std::string_view word) { words.emplace(word); });
  return words;
}

std::set<std::string> words_without_schema(std::string_view text) {
  std::set<std::string> words;
  each_run(text, is_part_of_word, [&](std::size_t at, std::string_view word) {
    const auto quoted = at > 0 && text[at - 1] == '"' ? std::size_t{1} : std::size_t{0};
    if (at > quoted && text[at - quoted - 1] == '.') return;
    std::string small(word);
    for (char& c : small) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    words.emplace(word);
    words.insert(std::move(small));
  });
  return words;
}

std::set<std::string> operators_in(std::string_view text) {
  std::set<std::string> operators;
  each_run(text, is_part_of_operator,
           [&](std::size_t, std::string_view sign) { operators.emplace(sign); });
  return operators;
}

} // namespace slipway::diff
