// Parts what a plan takes away from what it adds.
#include "slipway/diff/contraction.hpp"

#include "slipway/diff/soft_drop.hpp"

#include <algorithm>

namespace slipway::diff {

bool is_contraction(const Statement& statement) {
  if (is_soft_drop(statement)) return true;
  return statement.kind.starts_with("drop ") &&
         std::any_of(statement.findings.begin(), statement.findings.end(),
                     [](const Finding& one) { return one.kind == FindingKind::data_loss; });
}

std::optional<std::vector<Statement>> contractions_last(const std::vector<Statement>& statements) {
  bool bound = false;
  for (std::size_t at = 0; at < statements.size(); ++at) {
    if (!is_contraction(statements[at])) continue;
    bound = bound || statements[at].with_previous || !statements[at].transactional ||
            (at + 1 < statements.size() && statements[at + 1].with_previous);
  }
  if (bound) return std::nullopt;
  auto parted = statements;
  const auto first = std::stable_partition(
      parted.begin(), parted.end(), [](const Statement& one) { return !is_contraction(one); });
  if (first == parted.begin() || first == parted.end()) return std::nullopt;
  first->starts_transaction = true;
  for (auto next = std::next(first); next != parted.end(); ++next) next->starts_transaction = false;
  return parted;
}

} // namespace slipway::diff
