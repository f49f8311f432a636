#pragma once

#include "slipway/test/test_data.hpp"

#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace slipway::inspect {

/// What tests/data/inspect/catalog_columns.txt says of each column (CATALOG.COLUMN) and of the
/// catalogs that are ignored as a whole.
inline std::map<std::string, std::string> catalog_columns() {
  std::istringstream lines(test::read_data("inspect/catalog_columns.txt"));
  std::map<std::string, std::string> columns;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto space = line.find(' ');
    if (space == std::string::npos) throw std::runtime_error("no word after a name: " + line);
    if (!columns.emplace(line.substr(0, space), line.substr(space + 1)).second)
      throw std::runtime_error("twice: " + line);
  }
  return columns;
}

/// One line of tests/data/inspect/catalog_changes.txt.
struct CatalogChange {
  std::vector<std::string> columns; ///< CATALOG.COLUMN; none: a preparation
  std::string sql;                  ///< empty when nothing in a test changes the columns
};

/// Those that a server of that major version knows, in their order.
inline std::vector<CatalogChange> catalog_changes(int major_version) {
  std::istringstream lines(test::read_data("inspect/catalog_changes.txt"));
  std::vector<CatalogChange> changes;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto bar = line.find(" | ");
    if (bar == std::string::npos) throw std::runtime_error("no | in: " + line);
    CatalogChange change{{}, line.substr(bar + 3)};
    if (change.sql.rfind("none: ", 0) == 0) change.sql.clear();
    std::istringstream words(line.substr(0, bar));
    bool known = true;
    int version = 0;
    for (std::string word; words >> word;) {
      if (word == "since" && words >> version)
        known = known && major_version >= version;
      else if (word == "before" && words >> version)
        known = known && major_version < version;
      else if (word != "-")
        change.columns.push_back(word);
    }
    if (known) changes.push_back(change);
  }
  return changes;
}

} // namespace slipway::inspect
