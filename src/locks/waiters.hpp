#pragma once

#include "slipway/locks/lock_watcher.hpp"

namespace slipway::locks {

/// Somebody whom a process keeps waiting.
struct Waiter {
  int pid = 0;
  Millis waited{0}; ///< 0 before PostgreSQL 14, which does not say since when
};

/// Whether a process waits for a lock, and who waits behind it for a relation that it holds or
/// waits for.
struct Waiting {
  bool waits = false;
  std::vector<Waiter> behind;
};

Result<Waiting> look_at_waiting(pg::Session& session, int backend, const Wait& wait);

struct SignalsSent {
  std::vector<Signalled> signalled;
  std::vector<std::string> left_alone;
};

/// Sends what `policy` allows to exactly those who block `backend` now; to nobody when one of them
/// must be left alone, for then nothing would be gained.
Result<SignalsSent> signal_blockers_of(pg::Session& session, int backend, const Policy& policy,
                                       const Wait& wait);

} // namespace slipway::locks
