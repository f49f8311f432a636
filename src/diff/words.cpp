#include "words.hpp"

#include <cctype>
#include <functional>

namespace slipway::diff {

namespace {

bool is_part_of_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
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
