#pragma once

#include "facts/tree.hpp"

#include "slipway/sql/facts.hpp"

#include <string>
#include <string_view>

namespace slipway::sql {

struct SafetyVerdict {
  TransactionSafety safety = TransactionSafety::safe;
  std::string why; ///< for unsafe
};

/// Whether the server takes a statement inside a transaction block: each call of
/// PreventInTransactionBlock in PostgreSQL 15 to 18 that the text alone can decide, and the
/// statements that may commit by themselves.
SafetyVerdict transaction_safety(const Node& statement);

/// The same, guessed from the leading words of a statement that the grammar does not know.
/// `unknown` when the words are not known either.
SafetyVerdict transaction_safety_of_words(std::string_view sql);

/// Whether a DO block's body has a COMMIT or ROLLBACK where a statement begins.
bool body_ends_transactions(std::string_view body);

} // namespace slipway::sql
