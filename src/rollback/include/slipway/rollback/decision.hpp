#pragma once

#include "slipway/plan/plan.hpp"
#include "slipway/rollback/assessment.hpp"

#include <string>
#include <vector>

namespace slipway::rollback {

enum class Path {
  none,   ///< the run left nothing to undo
  fast,   ///< undone in place
  safe,   ///< back to a backup, with the writes made since
  person, ///< somebody must do something first
};
/// "fast", "safe" ...
std::string_view path_name(Path path);

enum class Wish { automatic, fast, safe };

/// One question of the decision tree and its answer.
struct Branch {
  std::string question;
  std::string answer;
};

struct Decision {
  Path path = Path::person;
  std::vector<Branch> branches; ///< as they were taken
  std::string why;              ///< one sentence
  std::string next;             ///< for `person`: what to do; a command where there is one
  /// Fast: the schema's own way back is planned, since the stored scripts only undo whole
  /// migrations.
  bool by_comparison = false;
};

/// The tree of docs/guide/rollback.md. `wish` fast takes the fast path although values are lost, as
/// long as the schema can be had back. Pure.
Decision decide(const Assessment& assessment, Wish wish);

/// What the fast path would send, from the assessment alone: without a look at who runs what now.
/// Errors: source, when a stored script cannot be read; as fast_path.
Result<plan::Plan> undoing(const Assessment& assessment, const Decision& decision);

/// The steps of the fast path: the stored down scripts, or the statements that lead from the schema
/// now to the one before. Errors: as plan::plan_down; check_failed when the way back is not known.
/// Precondition: decision.path is fast.
Result<plan::Plan> fast_path(const plan::History& history, const Assessment& assessment,
                             const Decision& decision);

} // namespace slipway::rollback
