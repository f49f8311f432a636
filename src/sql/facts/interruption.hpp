#pragma once

#include "facts/tree.hpp"

#include "slipway/sql/interruption.hpp"

namespace slipway::sql {

/// How to find out whether a statement took effect that was interrupted outside a transaction.
Interruption interruption_of(const Node& statement);

} // namespace slipway::sql
