#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace slipway {

/// What a piece of text stands for: up to four bytes, and how much text they took.
struct Unit {
  std::array<char, 4> bytes{};
  std::size_t size = 1;
  std::size_t taken = 1;
  std::string_view view() const { return {bytes.data(), size}; }
};

std::optional<unsigned> hex_number(std::string_view digits);

/// The escape that starts with the backslash at `i`, as JSON has them; any other letter stands for
/// itself. Half of a surrogate pair is U+FFFD. A backslash at the end of the text is a backslash.
Unit backslash_escape(std::string_view text, std::size_t i);

} // namespace slipway
