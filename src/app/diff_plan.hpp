#pragma once

#include "slipway/app/diff.hpp"
#include "slipway/diff/soft_drop.hpp"
#include "slipway/rehearse/materialise.hpp"

#include <vector>

namespace slipway::app {

/// Which way a plan leads, and what is known of renames before.
struct PlanRequest {
  const rehearse::Materialised& from;
  const schema::Schema& to;
  /// Renames to begin with, one step after the other.
  std::vector<std::vector<diff::Rename>> renames;
  std::vector<schema::Identity> not_renamed;
  Asker ask = {};
  /// What stands at the beginning, before everything else: soft drops that are taken back.
  std::vector<diff::Statement> first = {};
  /// With which stamp soft drops are made (diff/soft_drop.hpp); empty: there are none.
  std::string soft_drop = {};
};

/// A plan that was tried on a copy.
struct TriedPlan {
  std::vector<diff::Statement> statements;
  std::vector<diff::Finding> findings;
  std::vector<OpenQuestion> questions;
  /// All renames that were made, in their steps.
  std::vector<std::vector<diff::Rename>> renames;
  /// Which of the statements make these.
  std::vector<std::size_t> renaming;
  bool equal = false;                        ///< nothing differed
  std::vector<schema::Identity> not_renamed; ///< what was answered, too
  /// Paths of what is put aside, or could have been where nobody wanted it.
  std::vector<std::string> soft_drops;
  std::vector<diff::PlainDrop> plain_drops; ///< the others
};

/// Plans, applies the plan to a copy of FROM, looks, and plans what is left: side effects of
/// statements (default privileges, indexes that come with partitions) are found that way. Ends when
/// nothing differs or with a refusal. Errors: connection, cancelled, and what the asker says.
Result<TriedPlan> try_plan(const rehearse::Workshop& workshop, const PlanRequest& request,
                           const Wait& wait);

} // namespace slipway::app
