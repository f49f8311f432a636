#pragma once

#include "slipway/app/context.hpp"
#include "slipway/diff/drift.hpp"

#include <string>
#include <vector>

namespace slipway::app {

/// What the target is compared with.
enum class DriftAgainst {
  migrations, ///< what the migrations that are applied make on a throwaway server
  last_run,   ///< the snapshot that the last run kept
};

/// How far drift had to look.
enum class DriftLevel {
  gate,    ///< nothing in the catalogs has changed since it was last seen to be right
  digests, ///< the schema was read, and its fingerprint is the one that is expected
  detail,  ///< the two schemas were compared object by object
};

struct DriftReport {
  std::string target;  ///< without secrets
  std::string against; ///< "run 12 of 2026-11-20T10:30:00Z"
  DriftLevel level = DriftLevel::detail;
  std::vector<std::string> notes; ///< what a reader must know to trust the answer
  diff::Drift drift;
  bool unmanaged_allowed = false;
  bool is_drift() const {
    return !drift.items.empty() || (!unmanaged_allowed && !drift.unmanaged.empty());
  }
};

/// Compares the target with what it should be. The target is only read. What was found is kept in a
/// small file of the user's (XDG_STATE_HOME), so that the next look is a short one while nothing
/// has changed; without that folder every look is a full one. Errors: connection; sql; check_failed
/// when there is nothing to compare with; of DriftAgainst::migrations as rehearse::materialise.
enum class Remembered {
  used,    ///< what the same migrations came to before is taken as it is kept in XDG_CACHE_HOME
  not_used ///< they are made anew
};
Result<DriftReport> drift(const Context& context, DriftAgainst against,
                          Remembered remembered = Remembered::used);

} // namespace slipway::app
