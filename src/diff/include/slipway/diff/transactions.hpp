#pragma once

#include "slipway/diff/plan.hpp"

#include <vector>

namespace slipway::diff {

/// Statements of a plan that commit together, or one that runs outside of a transaction.
struct Transaction {
  bool transactional = true;
  std::vector<Statement> statements;
};

/// The statements in their order, in as few transactions as their marks allow. What has to share
/// the transaction of the statement before it does.
std::vector<Transaction> transactions_of(const std::vector<Statement>& statements);

/// The script of a plan: each statement with its semicolon, those that commit together between
/// BEGIN and COMMIT, the others outside. Empty for no statements.
std::string script_of(const std::vector<Statement>& statements);

} // namespace slipway::diff
