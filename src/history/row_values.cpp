#include "row_values.hpp"

#include <array>
#include <cmath>
#include <ctime>

namespace slipway::history {

std::string iso_utc(double epoch_seconds) {
  const auto seconds = static_cast<std::time_t>(std::floor(epoch_seconds));
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), length};
}

std::optional<std::string> optional_text(const pg::Rows& rows, std::size_t row,
                                         std::size_t column) {
  if (rows.is_null(row, column)) return std::nullopt;
  return std::string(rows.text(row, column));
}

} // namespace slipway::history
