#pragma once

#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <optional>
#include <string>

namespace slipway::locks {

/// How a session of somebody else is stopped.
enum class StopWith { cancel, terminate };

/// A session that is about to be stopped, as far as the role may see it.
struct StopCandidate {
  int pid = 0;
  std::string application_name;
  std::string user;
  std::string state;
  std::string backend_type;
  std::string query;
  std::optional<double> state_age_s;
  bool hidden = false;
  bool is_own = false; ///< the session that asks
  bool user_is_superuser = false;
  std::string identity; ///< tells it from a later session with the same pid

  bool is_idle_in_transaction() const { return state.rfind("idle in transaction", 0) == 0; }
  /// "pid 77 (web, user app, active for 3 s): SELECT 1"
  std::string describe() const;
};

/// The session with that pid; nothing when there is none.
Result<std::optional<StopCandidate>> find_stop_candidate(pg::Session& session, int pid,
                                                         const Wait& wait);

/// What became of a session after it was asked to stop.
enum class StopOutcome {
  stopped,        ///< the statement is over, or the session is
  still_there,    ///< asked, but not over after a while
  cannot_be_seen, ///< asked; the role may not see whether it is over
  was_gone,       ///< it had ended before it was asked
};

/// Cancels its statement or ends it, and waits a few seconds to see it happen. Errors: sql with
/// 42501 when the role may not, with the GRANT that lets it in the hint.
Result<StopOutcome> stop_session(pg::Session& session, const StopCandidate& candidate, StopWith how,
                                 const Wait& wait);

} // namespace slipway::locks
