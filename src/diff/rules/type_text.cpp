// The text of a type, taken apart.
#include "type_text.hpp"

#include <algorithm>
#include <charconv>

namespace slipway::diff {

TypeText parse_type(std::string_view text) {
  TypeText type;
  while (text.ends_with("[]")) {
    type.array = true;
    text.remove_suffix(2);
  }
  std::string base(text);
  const auto open = base.find_last_of('(');
  const auto close = open == std::string::npos ? open : base.find(')', open);
  const auto quote = base.find_last_of('"');
  if (close != std::string::npos && (quote == std::string::npos || quote < open)) {
    for (auto at = open; at < close;) {
      int value = 0;
      const auto parsed = std::from_chars(base.data() + at + 1, base.data() + close, value);
      if (parsed.ec == std::errc()) type.modifiers.push_back(value);
      at = std::min(base.find(',', at + 1), close);
    }
    base.erase(open, close - open + 1);
  }
  type.base = std::move(base);
  return type;
}

int modifier(const TypeText& type, std::size_t at, int otherwise) {
  return at < type.modifiers.size() ? type.modifiers[at] : otherwise;
}

bool is_text(const TypeText& type) {
  return type.base == "text" || type.base == "character varying" || type.base == "character" ||
         type.base == "name" || type.base == "\"char\"";
}

bool is_time(const TypeText& type) {
  return type.base == "date" || type.base.starts_with("time") || type.base == "interval";
}

} // namespace slipway::diff
