#include "json_reader.hpp"

#include "json_text.hpp"
#include "slipway/base/text.hpp"

#include <algorithm>

namespace slipway::schema {

namespace {

constexpr std::size_t k_longest_shown = 400;

void add_utf8(std::string& into, unsigned code) {
  const auto byte = [&](unsigned value) { into += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xc0 | code >> 6);
    byte(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    byte(0xe0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3f));
    byte(0x80 | (code & 0x3f));
  } else {
    byte(0xf0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3f));
    byte(0x80 | (code >> 6 & 0x3f));
    byte(0x80 | (code & 0x3f));
  }
}

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool is_of_number(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

} // namespace

void JsonReader::skip_space() {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
}

char JsonReader::peek() {
  skip_space();
  return at_ < text_.size() ? text_[at_] : '\0';
}

Status JsonReader::take(char wanted, std::string_view what) {
  if (take_if(wanted)) return {};
  return fail(error_here("expected " + std::string(what)));
}

bool JsonReader::take_if(char wanted) {
  if (peek() != wanted || at_ >= text_.size()) return false;
  start_ = at_++;
  return true;
}

bool JsonReader::take_word_if(std::string_view word) {
  skip_space();
  if (text_.substr(at_, word.size()) != word) return false;
  start_ = at_;
  at_ += word.size();
  return true;
}

Result<std::string> JsonReader::string() {
  SLIPWAY_TRY(take('"', "a string"));
  const auto start = start_;
  std::string value;
  while (at_ < text_.size() && text_[at_] != '"') {
    const char c = text_[at_];
    if (static_cast<unsigned char>(c) < 0x20)
      return fail(error_at(at_, "a control character stands unescaped in a string"));
    ++at_;
    if (c == '\\')
      SLIPWAY_TRY(escape(value));
    else
      value += c;
  }
  if (at_ >= text_.size()) return fail(error_at(start, "the string does not end"));
  ++at_;
  start_ = start;
  return value;
}

Status JsonReader::escape(std::string& into) {
  constexpr std::string_view k_letters = "\"\\/bfnrt";
  constexpr std::string_view k_meant = "\"\\/\b\f\n\r\t";
  const char letter = at_ < text_.size() ? text_[at_] : '\0';
  ++at_;
  if (letter == 'u') return unicode(into);
  const auto found = k_letters.find(letter);
  if (found == std::string_view::npos)
    return fail(error_at(at_ - 2, "there is no such escape in a JSON string"));
  into += k_meant[found];
  return {};
}

Status JsonReader::unicode(std::string& into) {
  const auto start = at_ - 2;
  SLIPWAY_ASSIGN(const unsigned first, hex4());
  if (first < 0xd800 || first > 0xdfff) {
    add_utf8(into, first);
    return {};
  }
  if (first >= 0xdc80 && first <= 0xdcff) {
    into += static_cast<char>(first & 0xff);
    return {};
  }
  if (first < 0xdc00 && text_.substr(at_, 2) == "\\u") {
    at_ += 2;
    SLIPWAY_ASSIGN(const unsigned second, hex4());
    if (second >= 0xdc00 && second <= 0xdfff) {
      add_utf8(into, 0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff));
      return {};
    }
  }
  return fail(error_at(start, "half a surrogate pair"));
}

Result<unsigned> JsonReader::hex4() {
  unsigned value = 0;
  for (int digit = 0; digit < 4; ++digit, ++at_) {
    constexpr std::string_view k_digits = "0123456789abcdef0123456789ABCDEF";
    const auto found = at_ < text_.size() ? k_digits.find(text_[at_]) : std::string_view::npos;
    if (found == std::string_view::npos)
      return fail(error_at(at_, "\\u wants four hexadecimal digits"));
    value = value * 16 + static_cast<unsigned>(found % 16);
  }
  return value;
}

Result<std::string> JsonReader::number() {
  skip_space();
  start_ = at_;
  while (at_ < text_.size() && is_of_number(text_[at_])) ++at_;
  std::string value(text_.substr(start_, at_ - start_));
  if (!is_json_number(value)) return fail(error("expected a number"));
  return value;
}

Result<std::vector<std::string>> JsonReader::strings() {
  SLIPWAY_TRY(take('[', "a list of strings"));
  const auto start = start_;
  std::vector<std::string> values;
  if (!take_if(']')) {
    do {
      SLIPWAY_ASSIGN(auto value, string());
      values.push_back(std::move(value));
    } while (take_if(','));
    SLIPWAY_TRY(take(']', "\",\" or the end of the list"));
  }
  start_ = start;
  return values;
}

Status JsonReader::end() {
  if (peek() == '\0' && at_ >= text_.size()) return {};
  return fail(error_here("nothing may follow the end of the snapshot"));
}

Error JsonReader::error_here(std::string message) {
  skip_space();
  return error_at(at_, std::move(message));
}

Error JsonReader::error_at(std::size_t offset, std::string message) const {
  const LineIndex lines(text_);
  const auto where = std::min(offset, text_.size());
  const auto position = lines.position(text_, where);
  Place place;
  place.file = file_;
  place.line = position.line;
  place.column = position.column;
  // A whole function body in one line helps nobody.
  if (const auto line = lines.line_at(text_, where); line.size() <= k_longest_shown)
    place.source_line = line;
  return Error(ErrorCode::source, std::move(message)).with_place(std::move(place));
}

} // namespace slipway::schema
