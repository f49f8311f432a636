// How wide text is on a terminal.
#include "code_points.hpp"

#include "slipway/base/text.hpp"

#include <algorithm>
#include <array>

namespace slipway::observe {

namespace {

struct Range {
  char32_t first;
  char32_t last;
};

constexpr std::array<Range, 8> k_no_width{{{0x0300, 0x036F},
                                           {0x1AB0, 0x1AFF},
                                           {0x1DC0, 0x1DFF},
                                           {0x200B, 0x200F},
                                           {0x20D0, 0x20FF},
                                           {0xFE00, 0xFE0F},
                                           {0xFE20, 0xFE2F},
                                           {0xE0100, 0xE01EF}}};

constexpr std::array<Range, 11> k_wide{{{0x1100, 0x115F},
                                        {0x2E80, 0x303E},
                                        {0x3041, 0xA4CF},
                                        {0xA960, 0xA97F},
                                        {0xAC00, 0xD7A3},
                                        {0xF900, 0xFAFF},
                                        {0xFE30, 0xFE6F},
                                        {0xFF00, 0xFF60},
                                        {0xFFE0, 0xFFE6},
                                        {0x1F300, 0x1FAFF},
                                        {0x20000, 0x3FFFD}}};

template<std::size_t N>
bool in(const std::array<Range, N>& ranges, char32_t value) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](Range r) { return value >= r.first && value <= r.last; });
}

constexpr std::string_view k_gap = "...";

// The longest beginning that fits.
std::size_t head_size(std::string_view text, std::size_t width) {
  std::size_t used = 0;
  std::size_t i = 0;
  while (i < text.size()) {
    const CodePoint point = code_point_at(text, i);
    used += columns(point.value);
    if (used > width) break;
    i += point.size;
  }
  return i;
}

// Where the longest end that fits begins.
std::size_t tail_start(std::string_view text, std::size_t width) {
  std::size_t start = 0;
  std::size_t left = columns(text);
  while (start < text.size() && left > width) {
    const CodePoint point = code_point_at(text, start);
    left -= columns(point.value);
    start += point.size;
  }
  return start;
}

} // namespace

CodePoint code_point_at(std::string_view text, std::size_t i) {
  const auto byte = static_cast<unsigned char>(text[i]);
  if (byte < 0x80U) return {byte, 1, true};
  const std::size_t size = byte >= 0xF0U ? 4 : byte >= 0xE0U ? 3 : 2;
  const std::string_view sequence = text.substr(i, size);
  if (find_invalid_utf8(sequence)) return {0xFFFDU, 1, false};
  char32_t value = byte & (0xFFU >> (size + 1));
  for (const char c : sequence.substr(1))
    value = (value << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
  return {value, size, true};
}

std::size_t columns(char32_t code_point) {
  if (code_point < 0x300U) return 1;
  if (in(k_no_width, code_point)) return 0;
  return in(k_wide, code_point) ? 2 : 1;
}

std::size_t columns(std::string_view text) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = code_point_at(text, i);
    sum += columns(point.value);
    i += point.size;
  }
  return sum;
}

std::string elide_middle(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  if (width <= k_gap.size()) return std::string(text.substr(0, head_size(text, width)));
  const std::size_t room = width - k_gap.size();
  const std::size_t tail = room / 2;
  std::string out(text.substr(0, head_size(text, room - tail)));
  out += k_gap;
  out += text.substr(tail_start(text, tail));
  return out;
}

} // namespace slipway::observe
