#pragma once

#include "slipway/pg/session.hpp"

namespace slipway::locks {

/// What this role can do to get an ordinary autovacuum worker out of the way. A worker gives way
/// when the deadlock check of somebody who waits for it asks it to, which is after
/// deadlock_timeout.
struct AutovacuumPowers {
  bool may_set_deadlock_timeout = false; ///< superuser, or GRANT SET ON PARAMETER (15 and later)
  bool may_cancel = false;               ///< member of pg_signal_autovacuum_worker (18 and later)
  Millis deadlock_timeout{1000};
};

Result<AutovacuumPowers> autovacuum_powers(pg::Session& session, const Wait& wait);

/// Cancels what an autovacuum worker does. False when the server refuses or it is gone.
Result<bool> cancel_worker(pg::Session& session, int pid, const Wait& wait);

} // namespace slipway::locks
