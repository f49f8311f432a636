// How a source line is shown so that the carets below it point at the right characters.
#include "source_excerpt.hpp"

#include "code_points.hpp"

#include "slipway/base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::observe {

namespace {

// Where nothing tells how wide the reader's window is.
constexpr std::size_t k_width_of_logs = 160;
constexpr std::size_t k_least_room = 20;
constexpr std::string_view k_gap = "...";

// A line as it is shown and the range of it, in code points, that is underlined.
struct Marked {
  std::string line;
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Masking moves what comes after a secret, so the place is looked for again by what stands before
// it.
std::size_t place_after_masking(const std::string& line, const std::string& masked,
                                std::size_t column, const Output& output) {
  const std::string before =
      output.masked(std::string_view(line).substr(0, byte_of_code_point(line, column)));
  if (masked.starts_with(before)) return code_points(before);
  return std::min(column, code_points(masked));
}

Marked marked_line(const Place& place, const Output& output) {
  const std::string line = printable(place.source_line);
  Marked marked{.line = output.masked(line)};
  const std::size_t size = code_points(marked.line);
  const std::size_t begin = std::min(place.column - 1, code_points(line));
  const std::size_t end =
      std::min(begin + std::max<std::size_t>(place.width, 1), code_points(line));
  marked.begin = place_after_masking(line, marked.line, begin, output);
  marked.end = std::clamp(place_after_masking(line, marked.line, end, output), marked.begin, size);
  return marked;
}

// Cuts the line to `room` code points around what is underlined.
Marked cut(const Marked& marked, std::size_t room) {
  const std::size_t size = code_points(marked.line);
  if (size <= room) return marked;
  const std::size_t text_room = room - 2 * k_gap.size();
  const std::size_t shown = std::min(marked.end - marked.begin, text_room);
  const std::size_t lead = std::min(marked.begin, (text_room - shown) / 2);
  const std::size_t first = std::min(marked.begin - lead, size - text_room);
  const std::size_t last = first + text_room;
  const auto byte = [&](std::size_t n) { return byte_of_code_point(marked.line, n); };
  Marked part;
  if (first > 0) part.line += k_gap;
  const std::size_t shift = code_points(part.line);
  part.line += std::string_view(marked.line).substr(byte(first), byte(last) - byte(first));
  if (last < size) part.line += k_gap;
  part.begin = marked.begin - first + shift;
  part.end = std::min(marked.end, last) - first + shift;
  return part;
}

// Blanks as wide as the text before the place, then carets as wide as the text at it.
std::string carets(const Marked& marked) {
  const std::size_t begin = byte_of_code_point(marked.line, marked.begin);
  const std::size_t end = byte_of_code_point(marked.line, marked.end);
  std::string out;
  for (std::size_t i = 0; i < begin;) {
    const CodePoint point = code_point_at(marked.line, i);
    if (point.value == '\t')
      out += '\t';
    else
      out.append(columns(point.value), ' ');
    i += point.size;
  }
  const std::size_t width = columns(std::string_view(marked.line).substr(begin, end - begin));
  return out + std::string(std::max<std::size_t>(width, 1), '^');
}

std::string label(const Place& place, const Output& output) {
  std::string text = printable(output.masked(place.file));
  if (place.line > 0) text += fmt::format(":{}", place.line);
  if (place.line > 0 && place.column > 0) text += fmt::format(":{}", place.column);
  return text;
}

} // namespace

std::string source_excerpt(const Place& place, const Output& output) {
  std::string text = fmt::format("  {} {}\n", output.paint(Role::dim, "-->"), label(place, output));
  if (place.line == 0 || place.source_line.empty()) return text;
  const std::string number = std::to_string(place.line);
  const std::string margin(number.size(), ' ');
  const std::string bar = output.paint(Role::dim, "|");
  const std::size_t width = output.style().animate ? output.style().width : k_width_of_logs;
  const std::size_t room = std::max(width, number.size() + 5 + k_least_room) - number.size() - 5;
  const bool whole_line = place.column == 0;
  const Marked marked =
      whole_line ? Marked{output.masked(printable(place.source_line))} : marked_line(place, output);
  const Marked shown = cut(marked, room);
  text += fmt::format(" {} {}\n", margin, bar);
  text += fmt::format(" {} {} {}\n", output.paint(Role::dim, number), bar, shown.line);
  if (!whole_line)
    text += fmt::format(" {} {} {}\n", margin, bar, output.paint(Role::error, carets(shown)));
  return text;
}

} // namespace slipway::observe
