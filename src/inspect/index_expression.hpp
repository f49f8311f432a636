#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace slipway::inspect {

/// What the tree of an index's only expression says about how it is written as a key.
struct IndexExpression {
  std::uint32_t type = 0; ///< OID of its type
  bool is_call = false;   ///< written as f(x), which needs no parentheses around it
};

/// Reads pg_index.indexprs for the two shapes that most have: the call of a function and an
/// operator, with nothing in them of another collation than the database's own. Nothing for any
/// other shape: the server writes those keys.
std::optional<IndexExpression> index_expression(std::string_view tree);

} // namespace slipway::inspect
