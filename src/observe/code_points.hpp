#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace slipway::observe {

/// One code point of a text, or one byte that is not part of valid UTF-8.
struct CodePoint {
  char32_t value = 0;
  std::size_t size = 1;
  bool valid = true;
};

CodePoint code_point_at(std::string_view text, std::size_t i);

/// Columns a terminal gives to `text`: two for East Asian wide characters and emoji, none for
/// combining marks. Ranges after Unicode's EastAsianWidth.txt, without its single exceptions;
/// terminals differ there anyway.
std::size_t columns(std::string_view text);
std::size_t columns(char32_t code_point);

/// `text` with its middle replaced by "..." so that it takes at most `width` columns.
std::string elide_middle(std::string_view text, std::size_t width);

} // namespace slipway::observe
