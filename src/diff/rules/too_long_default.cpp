// PostgreSQL takes any constant for a default, and finds only with a row that it does not fit.
#include "too_long_default.hpp"

#include "column_type.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

// The characters of the constant that a default begins with; spaces at the end do not count.
std::size_t length_of_constant(std::string_view text) {
  if (!text.starts_with("'")) return 0;
  std::size_t length = 0;
  std::size_t counted = 0;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '\'' && (at + 1 == text.size() || text[at + 1] != '\'')) break;
    if (text[at] == '\'') ++at;
    if ((static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U) continue;
    ++length;
    if (text[at] != ' ') counted = length;
  }
  return counted;
}

} // namespace

bool is_too_long_default(const Object& column) {
  const auto type = parse_type(column.text(Property::type));
  if (type.array || type.modifiers.empty() ||
      (type.base != "character" && type.base != "character varying"))
    return false;
  return length_of_constant(column.text(Property::default_value)) >
         static_cast<std::size_t>(std::max(0, type.modifiers.front()));
}

} // namespace slipway::diff
