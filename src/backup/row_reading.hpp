#pragma once

#include "slipway/backup/content.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace slipway::backup {

/// Rows that one session reads in one go.
struct Piece {
  std::size_t table = 0;  ///< its place in the list
  std::size_t number = 0; ///< among the table's pieces
  std::optional<PageRange> range;
  std::int64_t bytes = 0;
};

/// Cuts large tables by pages, where the server can read a range of them without reading the rest
/// (from 14 on). The largest come first, so that no worker is left with one at the end.
std::vector<Piece> pieces_of(const std::vector<TableRows>& tables, std::int64_t piece_bytes,
                             int server_version);

SqlText copy_out_statement(const TableRows& table, const std::optional<PageRange>& range);
SqlText copy_in_statement(const TableRows& table);

} // namespace slipway::backup
