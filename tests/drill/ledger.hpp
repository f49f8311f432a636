#pragma once

#include "slipway/pg/session.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace slipway::test {

/// What became of the writes that a ledger has.
struct Audit {
  int present = 0;
  int parked = 0;
  int named = 0;       ///< lost with a table whose name was told
  std::string trouble; ///< the lost ones, a line each; empty when there are none
};

/// What an application knows of its own rows: the last value the server acknowledged, and, where
/// the connection broke, what it may have done as well.
class Ledger {
public:
  using Value = std::optional<std::string>;        ///< nothing: the row is gone
  using Row = std::pair<std::string, std::string>; ///< table and key

  void acknowledge(const std::string& table, const std::string& key, Value value) {
    rows_[{table, key}] = {std::move(value)};
  }
  void doubt(const std::string& table, const std::string& key, Value value) {
    auto& possible = rows_[{table, key}];
    if (possible.empty()) possible.insert(std::nullopt);
    possible.insert(std::move(value));
  }
  void add(const Ledger& other) { rows_.insert(other.rows_.begin(), other.rows_.end()); }
  std::size_t size() const { return rows_.size(); }

  /// Looks each row up in the database and among the parked ones. Rows of the tables `may_be_lost`
  /// may be missing when `told`, what the program printed, has the table's name.
  Audit audit(pg::Session& session, const std::set<std::string>& may_be_lost,
              const std::string& told) const;

private:
  std::map<Row, std::set<Value>> rows_;
};

} // namespace slipway::test
