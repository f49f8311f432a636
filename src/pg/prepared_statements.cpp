// Names for prepared statements.
#include "prepared_statements.hpp"

#include <fmt/format.h>
#include <random>

namespace slipway::pg {

PreparedStatements::PreparedStatements() {
  std::random_device random;
  prefix_ = fmt::format("slipway_{:08x}{:08x}", random(), random());
}

std::optional<std::string> PreparedStatements::find(const std::string& sql) const {
  const auto found = names_.find(sql);
  return found == names_.end() ? std::nullopt : std::optional(found->second);
}

std::string PreparedStatements::next_name() {
  return fmt::format("{}_{}", prefix_, ++count_);
}

} // namespace slipway::pg
