#pragma once

#include "slipway/base/text.hpp"

namespace slipway::sql {

/// Line and column of growing offsets, in one pass over the text: LineIndex would count each line
/// anew for every statement on it, which is quadratic for a script of one long line.
class PositionCursor {
public:
  explicit PositionCursor(std::string_view text) : text_(text) {}

  /// Equal to LineIndex(text).position(text, offset). `offset` must not be less than the one
  /// before.
  Position advance_to(std::size_t offset) {
    for (; at_ < offset; ++at_) {
      const char c = text_[at_];
      if (c == '\n' || (c == '\r' && (at_ + 1 == text_.size() || text_[at_ + 1] != '\n')))
        position_ = {position_.line + 1, 1};
      else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U)
        ++position_.column;
    }
    return position_;
  }

private:
  std::string_view text_;
  std::size_t at_ = 0;
  Position position_;
};

} // namespace slipway::sql
