#include "row_reading.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::backup {

namespace {

constexpr std::int64_t k_page = 8192;
constexpr int k_with_tid_ranges = 140'000;

std::string column_list(const TableRows& table) {
  return table.columns.empty() ? std::string() : " (" + table.columns + ")";
}

} // namespace

std::vector<Piece> pieces_of(const std::vector<TableRows>& tables, std::int64_t piece_bytes,
                             int server_version) {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const auto& table = tables[i];
    const std::int64_t step = std::max<std::int64_t>(piece_bytes / k_page, 1);
    const std::int64_t pages = table.bytes / k_page;
    const bool whole =
        pages <= step || server_version < k_with_tid_ranges || !table.condition.empty();
    if (whole) {
      pieces.push_back({.table = i, .number = 0, .range = {}, .bytes = table.bytes});
      continue;
    }
    std::size_t number = 0;
    for (std::int64_t from = 0; from < pages; from += step, ++number) {
      // The last is open: the table may have grown since its size was read.
      PageRange range{.from = from, .to = {}};
      if (from + step < pages) range.to = from + step;
      pieces.push_back({.table = i, .number = number, .range = range, .bytes = step * k_page});
    }
  }
  std::stable_sort(pieces.begin(), pieces.end(),
                   [](const Piece& a, const Piece& b) { return a.bytes > b.bytes; });
  return pieces;
}

SqlText copy_out_statement(const TableRows& table, const std::optional<PageRange>& range) {
  const std::string name = QualifiedName{table.schema, table.name}.quoted();
  const std::string condition = rows_condition(table, range);
  if (condition.empty() || table.columns.empty())
    return SqlText(fmt::format("COPY {}{} TO STDOUT", name, column_list(table)));
  return SqlText(fmt::format("COPY (SELECT {} FROM ONLY {} AS r{}) TO STDOUT", table.columns, name,
                             condition));
}

SqlText copy_in_statement(const TableRows& table) {
  return SqlText(fmt::format("COPY {}{} FROM STDIN",
                             QualifiedName{table.schema, table.name}.quoted(), column_list(table)));
}

} // namespace slipway::backup
