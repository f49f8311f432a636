#pragma once

#include "slipway/diff/plan.hpp"

#include <vector>

namespace slipway::diff {

/// Renames of tables and their columns in two steps, with a view under the old names in between, so
/// that the release before goes on reading and writing.
struct KeptNames {
  /// What has to be renamed first: all renames but those of the columns of a table that keeps its
  /// own name. Their names change in `contract`.
  std::vector<std::vector<Rename>> renames_now;
  std::vector<Statement> expand; ///< after `renames_now`: the views
  std::vector<Statement> undo_expand;
  std::vector<Statement> contract; ///< the views go, and columns get their new names
  std::vector<Statement> undo_contract;
  /// The tables that step aside meanwhile, "app.users": nothing else can be done to them.
  std::vector<std::string> aside;
  std::vector<Refusal> refusals; ///< where a view cannot stand for the table, and why
};

/// `renames` in steps, as they are made one after the other; `from` is the schema before them. With
/// no table or column among them all is empty.
KeptNames keep_names(const schema::Schema& from, const std::vector<std::vector<Rename>>& renames);

} // namespace slipway::diff
