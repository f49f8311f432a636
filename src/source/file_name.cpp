// What a file name says, and how words are found in it.
#include "file_name.hpp"

#include "slipway/base/text.hpp"

#include <algorithm>
#include <array>

namespace slipway::source {

namespace {

constexpr std::string_view k_separators = "_-.";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool drop_suffix(std::string_view& text, std::string_view suffix) {
  if (text.size() < suffix.size() ||
      to_lower_ascii(text.substr(text.size() - suffix.size())) != suffix)
    return false;
  text.remove_suffix(suffix.size());
  return true;
}

struct Range {
  char32_t first;
  char32_t last;
};
// Blocks of blanks, punctuation, symbols and pictures; after the Unicode block chart. Not exact,
// and need not be: they only decide where a file name gets an underscore.
constexpr std::array<Range, 11> k_not_letters{{{0x80, 0xA9},
                                               {0xAB, 0xB4},
                                               {0xB6, 0xB9},
                                               {0xBB, 0xBF},
                                               {0xD7, 0xD7},
                                               {0xF7, 0xF7},
                                               {0x2000, 0x2BFF},
                                               {0x3000, 0x3020},
                                               {0xFE00, 0xFE6F},
                                               {0xFF00, 0xFF0F},
                                               {0x1F000, 0x1FAFF}}};

// The code point at `offset` of valid UTF-8 and its length in bytes.
std::pair<char32_t, std::size_t> code_point(std::string_view text, std::size_t offset) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[offset + i]); };
  const std::size_t length = byte(0) < 0xE0U ? 2 : byte(0) < 0xF0U ? 3 : 4;
  char32_t value = byte(0) & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) value = (value << 6U) | (byte(i) & 0x3FU);
  return {value, length};
}

bool is_letter(char32_t value) {
  return std::none_of(k_not_letters.begin(), k_not_letters.end(),
                      [&](const Range& r) { return value >= r.first && value <= r.last; });
}

// Between "add" and "User", and between "ID" and "Card".
bool begins_camel_word(std::string_view text, std::size_t i) {
  if (i == 0 || !is_upper(text[i])) return false;
  if (is_lower(text[i - 1]) || is_digit(text[i - 1])) return true;
  return is_upper(text[i - 1]) && i + 1 < text.size() && is_lower(text[i + 1]);
}

} // namespace

bool is_sql_file(std::string_view file_name) {
  return drop_suffix(file_name, ".sql");
}

std::optional<FileName> take_apart(std::string_view file_name) {
  std::string_view stem = file_name;
  if (!drop_suffix(stem, ".sql")) return std::nullopt;
  FileName parts;
  if (drop_suffix(stem, ".up"))
    parts.kind = FileKind::up;
  else if (drop_suffix(stem, ".down"))
    parts.kind = FileKind::down;
  const std::size_t digits = std::min(stem.find_first_not_of("0123456789"), stem.size());
  if (digits == 0) return std::nullopt;
  parts.digits = stem.substr(0, digits);
  const std::string_view rest = stem.substr(digits);
  if (rest.empty()) return parts;
  const std::size_t separators = std::min(rest.find_first_not_of(k_separators), rest.size());
  if (separators == 0) return std::nullopt;
  parts.separator = rest.substr(0, separators);
  parts.name = rest.substr(separators);
  return parts;
}

bool is_up_file(std::string_view file_name) {
  const auto parts = take_apart(file_name);
  return parts && parts->kind == FileKind::up;
}

std::vector<std::string> words_of(std::string_view text) {
  text = text.substr(0, find_invalid_utf8(text).value_or(text.size()));
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    std::size_t length = 1;
    bool belongs = is_upper(c) || is_lower(c) || is_digit(c);
    if (static_cast<unsigned char>(c) >= 0x80U) {
      const auto [value, bytes] = code_point(text, i);
      length = bytes;
      belongs = is_letter(value);
    }
    if (!belongs || begins_camel_word(text, i)) end_word();
    if (belongs) word += to_lower_ascii(text.substr(i, length));
    i += length;
  }
  end_word();
  return words;
}

} // namespace slipway::source
