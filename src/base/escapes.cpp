// The backslash escapes of JSON strings.
#include "escapes.hpp"

namespace slipway {

namespace {

Unit code_point(unsigned code, std::size_t taken) {
  const auto tail = [&](unsigned shift) {
    return static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
  };
  if (code < 0x80U) return {{static_cast<char>(code)}, 1, taken};
  if (code < 0x800U) return {{static_cast<char>(0xC0U | (code >> 6U)), tail(0)}, 2, taken};
  if (code < 0x10000U)
    return {{static_cast<char>(0xE0U | (code >> 12U)), tail(6), tail(0)}, 3, taken};
  return {{static_cast<char>(0xF0U | (code >> 18U)), tail(12), tail(6), tail(0)}, 4, taken};
}

std::optional<unsigned> utf16_unit(std::string_view text, std::size_t i) {
  if (i + 6 > text.size() || text.substr(i, 2) != "\\u") return std::nullopt;
  return hex_number(text.substr(i + 2, 4));
}

} // namespace

std::optional<unsigned> hex_number(std::string_view digits) {
  unsigned value = 0;
  for (const char c : digits) {
    const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool digit = lower >= '0' && lower <= '9';
    if (!digit && (lower < 'a' || lower > 'f')) return std::nullopt;
    value = value * 16 + static_cast<unsigned>(digit ? lower - '0' : lower - 'a' + 10);
  }
  return value;
}

Unit backslash_escape(std::string_view text, std::size_t i) {
  if (i + 1 >= text.size()) return {{'\\'}, 1, 1};
  if (const auto high = utf16_unit(text, i)) {
    if (*high < 0xD800U || *high > 0xDFFFU) return code_point(*high, 6);
    const auto low = utf16_unit(text, i + 6);
    if (*high > 0xDBFFU || !low || *low < 0xDC00U || *low > 0xDFFFU) return code_point(0xFFFDU, 6);
    return code_point(0x10000U + ((*high - 0xD800U) << 10U) + (*low - 0xDC00U), 12);
  }
  constexpr std::string_view k_names = "bfnrt";
  constexpr std::string_view k_values = "\b\f\n\r\t";
  const auto named = k_names.find(text[i + 1]);
  return {{named == std::string_view::npos ? text[i + 1] : k_values[named]}, 1, 2};
}

} // namespace slipway
