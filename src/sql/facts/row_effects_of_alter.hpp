#pragma once

#include "facts/tree.hpp"

#include "slipway/sql/row_effects.hpp"

#include <vector>

namespace slipway::sql {

/// Of ALTER TABLE and what the grammar reads as it.
void effects_of_alter_table(const PgQuery__AlterTableStmt& statement,
                            std::vector<RowEffect>& effects);

} // namespace slipway::sql
