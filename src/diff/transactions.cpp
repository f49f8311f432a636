// Decides which statements of a plan commit together.
#include "slipway/diff/transactions.hpp"

namespace slipway::diff {

std::vector<Transaction> transactions_of(const std::vector<Statement>& statements) {
  std::vector<Transaction> all;
  for (const auto& one : statements) {
    const bool joins = !all.empty() && all.back().transactional && one.transactional;
    const bool begins = one.starts_transaction && !one.with_previous;
    if (!joins || begins) all.push_back({.transactional = one.transactional, .statements = {}});
    all.back().statements.push_back(one);
  }
  return all;
}

std::string script_of(const std::vector<Statement>& statements) {
  std::string text;
  for (const auto& one : transactions_of(statements)) {
    if (!text.empty()) text += "\n";
    if (one.transactional) text += "BEGIN;\n";
    for (const auto& statement : one.statements) text += statement.sql + ";\n";
    if (one.transactional) text += "COMMIT;\n";
  }
  return text;
}

} // namespace slipway::diff
