#pragma once

#include "slipway/plan/plan.hpp"
#include "slipway/sql/row_effects.hpp"

#include <string>
#include <vector>

namespace slipway::plan {

/// A table whose rows a plan may change or take away, by a name as written in it.
struct TouchedTable {
  QualifiedName name;
  /// When nothing else happens to it, the columns that are dropped or retyped: one that is not
  /// there before the plan is its own. Empty: the table as a whole.
  std::vector<std::string> columns;
  bool written = false; ///< by INSERT, UPDATE and the like, so that triggers and cascades count
  bool cascades = false;
  bool created = false; ///< the plan makes a table of that name
  std::vector<std::string> why;
};

/// Which rows would be needed to undo a plan: of those that are there before it.
struct RowScope {
  std::vector<TouchedTable> tables;
  /// Why nobody can tell; empty: just `tables`.
  std::vector<std::string> unclear;
};

/// Folds the effects of statements in any order: both directions of a plan count, since the way
/// back may fail half way.
RowScope row_scope(const std::vector<sql::RowEffect>& effects);

/// Of a plan, with the down sections of its migrations. A migration that is half applied makes it
/// unclear.
RowScope row_scope(const Plan& plan);

} // namespace slipway::plan
