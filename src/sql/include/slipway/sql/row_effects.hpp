#pragma once

#include "slipway/base/sql_text.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::sql {

/// What a statement does that matters to rows which were there before it.
enum class RowEffectKind {
  creates_table,
  adds_column,
  drops_table,
  drops_column,
  retypes,  ///< the values of a column are other ones afterwards
  writes,   ///< rows are inserted, changed or removed
  renames,  ///< a relation, or one of its columns, has another name afterwards
  arms,     ///< a trigger or rule, which later writes set off
  anything, ///< nobody can tell from the text
};

struct RowEffect {
  RowEffectKind kind = RowEffectKind::anything;
  QualifiedName table; ///< as written; of `renames` the old name
  std::string column;  ///< of adds_column and drops_column
  /// IF EXISTS or IF NOT EXISTS: it may do nothing.
  bool conditional = false;
  bool cascades = false;
  std::string other_name; ///< of `renames`: the new one, of the column where there is one
  std::string what;       ///< for people: "drops column age of users"
};

/// The effects of each statement, in order. None: whatever rows there are stay as they are. What is
/// not known to be harmless is `anything`. Relative to names as written; triggers, cascades of
/// foreign keys and functions behind defaults are the catalog's to know. Threads as analyse().
std::vector<std::vector<RowEffect>> row_effects(const std::vector<std::string_view>& statements);

} // namespace slipway::sql
