#pragma once

#include <string>
#include <vector>

namespace slipway::history {

/// The statements that move the tables from layout `from` to `from + 1`.
std::vector<std::string> layout_statements(int from, const std::string& schema);

} // namespace slipway::history
