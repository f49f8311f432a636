// Columns for people.
#include "text_table.hpp"

#include "slipway/base/bug.hpp"
#include "slipway/base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::cli {

namespace {

std::string cut(const std::string& text, std::size_t width) {
  if (code_points(text) <= width) return text;
  const std::size_t kept = width > 3 ? width - 3 : 0;
  return text.substr(0, byte_of_code_point(text, kept)) + "...";
}

} // namespace

void TextTable::add_row(std::vector<std::string> cells) {
  SLIPWAY_ASSERT(cells.size() == rows_.front().size());
  for (std::string& cell : cells) cell = observe::printable(cell);
  rows_.push_back(std::move(cells));
}

std::string TextTable::text(const observe::Output& out) const {
  const std::size_t last = rows_.front().size() - 1;
  std::vector<std::size_t> widths(last + 1, 0);
  for (const auto& row : rows_)
    for (std::size_t i = 0; i <= last; ++i) widths[i] = std::max(widths[i], code_points(row[i]));
  std::size_t before_last = 0;
  for (std::size_t i = 0; i < last; ++i) before_last += widths[i] + 2;
  const std::size_t left =
      out.style().width > before_last + 10 ? out.style().width - before_last : 10;
  std::string all;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < last; ++i)
      line += row[i] + std::string(widths[i] + 2 - code_points(row[i]), ' ');
    line += out.style().animate ? cut(row[last], left) : row[last];
    line.erase(line.find_last_not_of(' ') + 1);
    all += (&row == &rows_.front() ? out.paint(observe::Role::dim, line) : line) + "\n";
  }
  return all;
}

std::string one_line(std::string_view text) {
  const std::string_view first = text.substr(0, text.find_first_of("\r\n"));
  return fmt::format("{}", fmt::join(split_words(first), " "));
}

} // namespace slipway::cli
