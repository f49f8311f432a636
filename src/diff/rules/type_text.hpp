#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::diff {

/// A type as the server writes it, taken apart: "numeric(10,2)[]".
struct TypeText {
  std::string base; ///< "numeric", "timestamp without time zone", "app.mood"
  std::vector<int> modifiers;
  bool array = false;
};
TypeText parse_type(std::string_view text);
int modifier(const TypeText& type, std::size_t at, int otherwise);

/// text, character varying, character, name, "char".
bool is_text(const TypeText& type);
/// date, time, timestamp, interval.
bool is_time(const TypeText& type);

} // namespace slipway::diff
