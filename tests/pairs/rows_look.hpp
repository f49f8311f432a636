#pragma once

#include "slipway/diff/plan.hpp"
#include "slipway/rehearse/table_list.hpp"

#include <string>
#include <vector>

namespace slipway::test {

/// All rows of a database, whole, as one moment has them: a second look besides
/// rehearse::KeptValues, which looks at each column by itself.
class RowsLook {
public:
  explicit RowsLook(pg::Session& session);

  std::size_t size() const;
  /// What is not the same in the other look: tables and columns go by their names, and everything
  /// counts. Empty when nothing is.
  std::string difference(const RowsLook& other) const;
  /// The first table whose rows, in the columns that both looks have, are others in a later look,
  /// though no finding says so; columns of another type and computed ones are not looked at, nor
  /// partitions, between which rows may move. Empty when there is none.
  std::string lost(const RowsLook& later, const std::vector<diff::Finding>& told) const;

private:
  using Row = std::vector<std::string>;
  struct Table {
    rehearse::TableFacts facts;
    std::vector<Row> rows; ///< a cell for each column
  };
  const Table* find(const rehearse::TableFacts& facts) const;
  std::vector<Row> rows_of(const Table& table, const std::vector<std::size_t>& columns) const;

  std::vector<Table> tables_;
};

} // namespace slipway::test
