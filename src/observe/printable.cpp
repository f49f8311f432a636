// Text of servers and files made harmless for a terminal.
#include "code_points.hpp"

#include "slipway/observe/output.hpp"

namespace slipway::observe {

namespace {

bool is_control(char32_t value) {
  const bool c0 = value < 0x20U && value != '\n' && value != '\t';
  const bool c1 = value >= 0x7FU && value <= 0x9FU;
  // Overrides and isolates of the writing direction: they make a line read differently from what it
  // holds.
  const bool direction =
      (value >= 0x202AU && value <= 0x202EU) || (value >= 0x2066U && value <= 0x2069U);
  return c0 || c1 || direction;
}

} // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = code_point_at(text, i);
    const bool line_end = point.value == '\r' && text.substr(i + 1, 1) == "\n";
    if (!point.valid || (is_control(point.value) && !line_end))
      out += "\xEF\xBF\xBD";
    else if (!line_end)
      out += text.substr(i, point.size);
    i += point.size;
  }
  return out;
}

} // namespace slipway::observe
