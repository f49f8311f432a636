#pragma once

#include "slipway/diff/plan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::diff {

/// A drop that stays what it is, and why.
struct PlainDrop {
  std::string object; ///< path
  std::string why;
};

/// What became of the drops of a plan.
struct Softened {
  Plan plan;
  std::vector<std::string> kept; ///< paths of what the plan now puts aside
  std::vector<PlainDrop> plain;
};

/// Puts aside what the plan would drop with rows or values in it: a table goes to a schema of the
/// trash, a column gets a name of the trash (schema/trash.hpp) and takes NULL. Each such statement
/// says how it is undone. What cannot be put aside and had back by name stays a drop. `from` and
/// `to` are those that the plan was made from; `stamp`: 14 digits.
Softened soften(Plan plan, const schema::Schema& from, const schema::Schema& to,
                std::string_view stamp);

/// Whether the statement is part of a soft drop.
bool is_soft_drop(const Statement& statement);

/// What undoes the soft drops among the statements, in the order in which it has to run.
std::vector<Statement> taken_back(const std::vector<Statement>& statements);

} // namespace slipway::diff
