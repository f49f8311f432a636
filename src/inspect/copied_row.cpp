#include "copied_row.hpp"

#include <charconv>

namespace slipway::inspect {

namespace {

char meant_by(char escaped) {
  switch (escaped) {
  case 'b':
    return '\b';
  case 'f':
    return '\f';
  case 'n':
    return '\n';
  case 'r':
    return '\r';
  case 't':
    return '\t';
  case 'v':
    return '\v';
  default:
    return escaped;
  }
}

// Reads one element of an array literal from `at` on and leaves `at` behind it.
std::string quoted_element(std::string_view text, std::size_t& at) {
  std::string value;
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    value += text[at];
  }
  ++at;
  return value;
}

} // namespace

void CopiedRow::parse(std::string_view line) {
  fields_.clear();
  unescaped_.clear();
  // No field grows by unescaping, so that views into it stay valid.
  unescaped_.reserve(line.size());
  std::size_t begin = 0;
  while (true) {
    const auto end = std::min(line.find('\t', begin), line.size());
    const auto raw = line.substr(begin, end - begin);
    if (raw == "\\N") {
      fields_.emplace_back(std::nullopt);
    } else if (raw.find('\\') == std::string_view::npos) {
      fields_.emplace_back(raw);
    } else {
      const auto start = unescaped_.size();
      for (std::size_t at = 0; at < raw.size(); ++at)
        unescaped_ += raw[at] == '\\' && at + 1 < raw.size() ? meant_by(raw[++at]) : raw[at];
      fields_.emplace_back(std::string_view(unescaped_.data() + start, unescaped_.size() - start));
    }
    if (end == line.size()) return;
    begin = end + 1;
  }
}

std::int64_t CopiedRow::number(std::size_t field) const {
  std::int64_t value = 0;
  const auto digits = text(field);
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::uint32_t CopiedRow::oid(std::size_t field) const {
  return static_cast<std::uint32_t>(number(field));
}

std::vector<std::string> CopiedRow::array(std::size_t field) const {
  std::vector<std::string> elements;
  const auto written = text(field);
  if (written.size() < 2) return elements;
  const auto inside = written.substr(1, written.size() - 2);
  for (std::size_t at = 0; at < inside.size(); ++at) {
    if (inside[at] == '"') {
      elements.push_back(quoted_element(inside, at));
      continue;
    }
    const auto end = std::min(inside.find(',', at), inside.size());
    const auto plain = inside.substr(at, end - at);
    if (plain != "NULL") elements.emplace_back(plain);
    at = end;
  }
  return elements;
}

} // namespace slipway::inspect
