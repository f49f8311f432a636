#pragma once

#include "slipway/locks/runner_lock.hpp"

#include <functional>
#include <string>

namespace slipway::locks {

/// What the runner lock needs behind a pooler. Everything it refers to must outlive the lock.
struct PooledLock {
  std::string history_schema;
  Millis lock_wait{600'000};
  std::string kind;   ///< of the run: "up"
  std::string holder; ///< who we are, for those who wait
  /// The pooler is said to give a server session for as long as a connection lasts.
  bool session_pooling = false;
  /// Another connection to the same target, under this application name.
  std::function<Result<pg::Session>(const std::string& application_name, const Wait& wait)> open;
  /// Makes slipway's tables inside the transaction that is open on the session.
  std::function<Status(pg::Session& session, const Wait& wait)> prepare;
};

/// Waits for the runner lock and takes it: as a transaction-level advisory lock on a second
/// connection, or, where the pool has only one connection to give, as a lease. It keeps out runners
/// that connect directly, and is kept out by them. The pooled session `working` is opened anew
/// under its working_name. Errors: lock_timeout, cancelled, connection; unsupported when the pooler
/// allows no transactions; configuration when it gives sessions away though it is said not to.
Result<RunnerLock> acquire_behind_pooler(pg::Session& working, const PooledLock& request,
                                         EventSink& events, const Wait& wait);

/// Opens the working session anew under its working_name.
Status reopen(pg::Session& working, const PooledLock& request, const Wait& wait);

/// The application name of a run's working session behind a pooler. What a killed runner left
/// running is found by it.
std::string working_name(const std::string& history_schema, const std::string& kind);
/// Whether `name` is that name; a pooler may have added the client's address to it.
bool is_working_name(const std::string& name, const std::string& history_schema,
                     const std::string& kind);

} // namespace slipway::locks
