#pragma once

#include "slipway/base/event.hpp"
#include "slipway/pg/session.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::locks {

class Hold;

/// Who holds the runner lock, as far as the server tells.
struct LockHolder {
  int backend_pid = 0; ///< 0: it is a lease
  std::string application_name;
  std::string user;
  std::string client_address;
  std::string since; ///< when its connection began, UTC
  std::string actor; ///< from slipway.run, where the role may read it
  std::string host;
  int pid = 0;
  std::string run;
  std::string lease_holder;  ///< who took the lease
  std::string lease_expires; ///< when it ends unless renewed, UTC
  std::string describe() const;
};

/// The lock that lets one slipway change a target at a time. On a direct connection it is a
/// session-level advisory lock on the very connection that does the work: while a statement of a
/// killed runner still runs on the server, its lock is still held, so nobody starts beside a ghost.
/// Behind a pooler see acquire_behind_pooler. Waiters poll; one that blocked inside the server
/// would hold a snapshot and so stop CREATE INDEX CONCURRENTLY for ever. Once it is ours, what a
/// killed runner left running behind a pooler is waited for.
class RunnerLock {
public:
  /// Polls until the lock is ours, as a session lock. Emits RunnerLockWaiting every few seconds and
  /// RunnerLockAcquired. Errors: lock_timeout after `lock_wait` (names the holder), cancelled,
  /// connection. The lock goes with `session`, which must outlive this.
  static Result<RunnerLock> acquire(pg::Session& session, const std::string& history_schema,
                                    Millis lock_wait, EventSink& events, const Wait& wait);
  explicit RunnerLock(std::unique_ptr<Hold> hold);
  RunnerLock(RunnerLock&& other) noexcept;
  RunnerLock& operator=(RunnerLock&&) = delete;
  RunnerLock(const RunnerLock&) = delete;
  RunnerLock& operator=(const RunnerLock&) = delete;
  /// Releases, if `release` was not called; a failure is ignored, because the lock goes with the
  /// connection, or ends by itself.
  ~RunnerLock();

  /// "session", "transaction" or "lease".
  std::string_view mode() const;
  /// Releases and checks that the server agrees it was held. Errors: part_way or lock_timeout when
  /// it was not.
  Status release(const Wait& wait);
  /// True while the server still shows the lock as ours.
  Result<bool> still_held(const Wait& wait);
  /// Queries for the beginning of each transaction of the run: they fail when the lock is no longer
  /// ours, and keep the transactions of two runners apart. See explain_fence.
  std::vector<pg::Query> fence() const;
  /// Before something that may run for `duration` outside a transaction. Errors: lock_timeout when
  /// the lock is lost.
  Status cover(Millis duration, const Wait& wait);

private:
  std::unique_ptr<Hold> hold_;
};

/// Says in plain words what a failed fence means; any other error is left as it is.
Error explain_fence(Error error);

/// The advisory key of a history schema: the first eight bytes of SHA-256("slipway runner " +
/// schema). Advisory locks are per database, so the database need not be part of it.
std::int64_t runner_key(const std::string& history_schema);
/// The key that working transactions behind a pooler hold.
std::int64_t working_key(const std::string& history_schema);
/// What tells working sessions of this history schema from those of another, in their names.
std::string runner_mark(const std::string& history_schema);

/// Who holds it now, if anyone.
Result<std::optional<LockHolder>>
runner_lock_holder(pg::Session& session, const std::string& history_schema, const Wait& wait);

} // namespace slipway::locks
