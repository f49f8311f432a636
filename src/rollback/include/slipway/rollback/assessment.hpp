#pragma once

#include "slipway/base/sql_text.hpp"
#include "slipway/diff/plan.hpp"
#include "slipway/history/run_details.hpp"
#include "slipway/plan/history.hpp"
#include "slipway/schema/schema.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::rollback {

/// A table or a column that the run has put aside and whose way back takes it from there.
struct KeptInTrash {
  std::string object;         ///< path that it had
  std::string place;          ///< where it is
  std::uint32_t relation = 0; ///< numbers and names, as replay::RelationMap has them
  int column = 0;             ///< 0: the whole table
  QualifiedName table;
  std::string column_name;
};

/// What is known of a run before it is decided how to undo it.
struct Assessment {
  history::RunDetails run;
  /// What is in the database of this run, newest first, with the texts of both scripts.
  std::vector<plan::AppliedMigration> migrations;
  /// "VERSION NAME (run N)" of what was applied on top of it.
  std::vector<std::string> on_top;
  std::string database;
  std::string cluster;             ///< its number; empty where the role may not know it
  std::int64_t other_sessions = 0; ///< of clients in this database, beside slipway's own
  schema::Schema now;              ///< read with dependencies
  std::string fingerprint_now;     ///< without digests of secrets
  /// The schema as the run found it; absent when nobody kept it.
  std::optional<schema::Schema> before;
  /// replay::RelationMap from before the run, as JSON; empty when nobody kept it.
  std::string relations_before;
  /// What the run destroyed. Empty without `before`, which says nothing then.
  std::vector<diff::Finding> losses;
  /// What would be among these, were it not in the trash.
  std::vector<KeptInTrash> kept;
  /// What undoing in place destroys: what only the new schema holds, with all that was written
  /// there since. Empty without `before`.
  std::vector<diff::Finding> given_up;
  /// Of the half-applied migration: a statement that changed rows is done, so that no comparison of
  /// schemas leads back.
  bool rows_were_changed = false;
  /// A rollback by comparison was interrupted: what it did is not what the stored script would do.
  bool undone_otherwise = false;
  /// Nothing of the run is left, but the rollback that undid it never came to its proof, or failed
  /// it: the schema is not the one from before.
  bool undone_unproven = false;
};

/// Whether a stored script cannot lead back because one of the migrations is half applied, or half
/// undone by something else than its script.
bool is_half_way(const Assessment& assessment);

} // namespace slipway::rollback
