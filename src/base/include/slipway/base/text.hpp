#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway {

/// A range of bytes in a text held elsewhere.
struct Span {
  std::size_t offset = 0;
  std::size_t length = 0;
  std::size_t end() const { return offset + length; }
  bool operator==(const Span&) const = default;
};

/// A place in a text. Both 1-based; the column counts code points.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
  bool operator==(const Position&) const = default;
};

/// Answers byte offset -> line and column for one text in O(log lines). Lines end with LF, CRLF or
/// a lone CR. Holds no reference to the text: pass the same text to each call.
class LineIndex {
public:
  explicit LineIndex(std::string_view text);
  Position position(std::string_view text, std::size_t offset) const;
  /// The line that holds `offset`, without its line end.
  std::string_view line_at(std::string_view text, std::size_t offset) const;
  std::size_t line_count() const { return starts_.size(); }

private:
  std::size_t line_of(std::size_t offset) const;
  std::vector<std::size_t> starts_;
};

/// Byte offset of the first byte that is not valid UTF-8 (overlong forms and surrogates count as
/// invalid).
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

/// Number of code points in valid UTF-8.
std::size_t code_points(std::string_view text);

/// Byte offset of the n-th (0-based) code point, or the size of the text.
std::size_t byte_of_code_point(std::string_view text, std::size_t n);

std::string_view trim(std::string_view text);
std::vector<std::string_view> split_words(std::string_view text);
std::string to_lower_ascii(std::string_view text);

/// The candidate nearest to `word` by edit distance, if near enough to be what was meant.
/// Damerau-Levenshtein (optimal string alignment) with a bound of a third of the longer word, at
/// least 2.
std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates);

} // namespace slipway
