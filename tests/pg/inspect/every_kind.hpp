#pragma once

#include "slipway/test/test_data.hpp"

#include <sstream>
#include <string>

namespace slipway::inspect {

/// The statements of tests/data/inspect/every_kind.sql that a server of that major version knows.
inline std::string every_kind_sql(int major_version) {
  std::istringstream lines(test::read_data("inspect/every_kind.sql"));
  std::string sql;
  bool known = true;
  for (std::string line; std::getline(lines, line);) {
    const std::string since = "-- since ";
    if (line.rfind(since, 0) == 0)
      known = std::stoi(line.substr(since.size())) <= major_version;
    else if (known)
      sql += line + "\n";
  }
  return sql;
}

} // namespace slipway::inspect
