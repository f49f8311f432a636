// How texts and numbers are written in a snapshot.
#include "json_text.hpp"

#include "slipway/base/text.hpp"

#include <fmt/format.h>
#include <iterator>

namespace slipway::schema {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

void add_escaped(std::string& json, char c) {
  switch (c) {
  case '"':
    json += "\\\"";
    return;
  case '\\':
    json += "\\\\";
    return;
  case '\n':
    json += "\\n";
    return;
  case '\t':
    json += "\\t";
    return;
  case '\r':
    json += "\\r";
    return;
  default:
    break;
  }
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte == 0x7f)
    fmt::format_to(std::back_inserter(json), "\\u{:04x}", byte);
  else
    json += c;
}

// The digits from `at` on; their end.
std::size_t past_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

} // namespace

void add_json_string(std::string& json, std::string_view text) {
  json += '"';
  while (!text.empty()) {
    const auto valid = find_invalid_utf8(text);
    for (const char c : text.substr(0, valid.value_or(text.size()))) add_escaped(json, c);
    if (!valid) break;
    fmt::format_to(std::back_inserter(json), "\\udc{:02x}",
                   static_cast<unsigned char>(text[*valid]));
    text.remove_prefix(*valid + 1);
  }
  json += '"';
}

bool is_json_number(std::string_view text) {
  std::size_t at = !text.empty() && text.front() == '-' ? 1 : 0;
  const auto whole = past_digits(text, at);
  if (whole == at || (text[at] == '0' && whole > at + 1)) return false;
  at = whole;
  if (at < text.size() && text[at] == '.') {
    const auto fraction = past_digits(text, at + 1);
    if (fraction == at + 1) return false;
    at = fraction;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const auto exponent = past_digits(text, at);
    if (exponent == at) return false;
    at = exponent;
  }
  return at == text.size();
}

} // namespace slipway::schema
