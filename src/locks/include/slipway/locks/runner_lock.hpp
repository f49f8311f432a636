#pragma once

#include "slipway/base/event.hpp"
#include "slipway/pg/session.hpp"

#include <optional>
#include <string>

namespace slipway::locks {

/// Who holds the runner lock, as far as the server tells.
struct LockHolder {
  int backend_pid = 0;
  std::string application_name;
  std::string user;
  std::string client_address;
  std::string since; ///< when its connection began, UTC
  std::string actor; ///< from slipway.run, where the role may read it
  std::string host;
  int pid = 0;
  std::string run;
  std::string describe() const;
};

/// The lock that lets one slipway change a target at a time. It is a session-level advisory lock on
/// the very connection that does the work: while a statement of a killed runner still runs on the
/// server, its lock is still held, so nobody starts beside a ghost. Waiters poll with
/// pg_try_advisory_lock; one that blocked inside the server would hold a snapshot and so stop
/// CREATE INDEX CONCURRENTLY for ever.
class RunnerLock {
public:
  /// Polls until the lock is ours. Emits RunnerLockWaiting every few seconds and RunnerLockAcquired
  /// after a wait. Errors: lock_timeout after `lock_wait` (names the holder), cancelled,
  /// connection. The lock goes with `session`, which must outlive this.
  static Result<RunnerLock> acquire(pg::Session& session, const std::string& history_schema,
                                    Millis lock_wait, EventSink& events, const Wait& wait);
  RunnerLock(RunnerLock&& other) noexcept;
  RunnerLock& operator=(RunnerLock&&) = delete;
  RunnerLock(const RunnerLock&) = delete;
  RunnerLock& operator=(const RunnerLock&) = delete;
  /// Releases, if `release` was not called; a failure is ignored, because the lock goes with the
  /// connection.
  ~RunnerLock();

  /// Releases and checks that the server agrees it was held. Errors: internal when it was not
  /// (something in a migration dropped it).
  Status release(const Wait& wait);
  /// True while the server still shows the lock as held by this connection.
  Result<bool> still_held(const Wait& wait);

private:
  RunnerLock(pg::Session& session, std::int64_t key) : session_(&session), key_(key) {}
  pg::Session* session_;
  std::int64_t key_;
};

/// The advisory key of a history schema: the first eight bytes of SHA-256("slipway runner " +
/// schema). Advisory locks are per database, so the database need not be part of it.
std::int64_t runner_key(const std::string& history_schema);

/// Who holds it now, if anyone.
Result<std::optional<LockHolder>>
runner_lock_holder(pg::Session& session, const std::string& history_schema, const Wait& wait);

} // namespace slipway::locks
