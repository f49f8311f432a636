#pragma once

#include "slipway/base/error.hpp"
#include "slipway/base/text.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace slipway::source {

inline constexpr std::string_view k_byte_order_mark = "\xEF\xBB\xBF";

/// Offset of the first byte after a byte order mark.
inline std::size_t start_of_text(std::string_view text) {
  return text.substr(0, k_byte_order_mark.size()) == k_byte_order_mark ? k_byte_order_mark.size()
                                                                       : 0;
}

/// One file with what errors need of it. Columns do not count a byte order mark: editors do not
/// show it.
class SourceText {
public:
  SourceText(std::shared_ptr<const std::string> text, std::string path);
  std::string_view view() const { return *text_; }
  const std::shared_ptr<const std::string>& shared() const { return text_; }
  const std::string& path() const { return path_; }
  Position position(std::size_t offset) const;
  Place place(Span span) const;
  /// The file as a whole.
  Place place() const;

private:
  std::shared_ptr<const std::string> text_;
  std::string path_;
  LineIndex lines_;
};

} // namespace slipway::source
