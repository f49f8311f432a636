#pragma once

#include <string_view>

namespace slipway::sql {

inline char lower_ascii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Whether `word` is the keyword `lower`, which is given in lower case.
inline bool same_word(std::string_view word, std::string_view lower) {
  if (word.size() != lower.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (lower_ascii(word[i]) != lower[i]) return false;
  return true;
}

} // namespace slipway::sql
