#pragma once

#include "slipway/diff/drift.hpp"

#include <string>
#include <vector>

namespace slipway::report {

/// A drift with what a reader must know of how it was found.
struct DriftFacts {
  std::string target;
  std::string against;
  std::string level; ///< "gate", "digests", "detail"
  std::vector<std::string> notes;
  bool unmanaged_allowed = false;
  bool is_drift = false;
};

/// For people: each object with what differs, what made it and what undoes it; what nothing expects
/// apart.
std::string drift_text(const DriftFacts& facts, const diff::Drift& drift);

/// The same for a pull request or a ticket.
std::string drift_markdown(const DriftFacts& facts, const diff::Drift& drift);

/// {"schema":1,"drift","target","against","level","notes","differences":[{"object","change",
/// "properties":[{"property","from","to"}],"made_by":[],"undone_by":[]}],"unmanaged":[...],
/// "also_made_by","also_undone_by","not_planned","ignored"}
std::string drift_json(const DriftFacts& facts, const diff::Drift& drift);

} // namespace slipway::report
