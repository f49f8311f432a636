#pragma once

#include "slipway/pg/session.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::locks {

/// How long a lease lasts that nobody renews, and the longest time between two looks at a lock held
/// elsewhere.
inline constexpr Millis k_lease_length{30'000};

/// One way to keep other runners out of a target. Taken at most once at a time; `release` may be
/// called when it is not taken.
class Hold {
public:
  Hold() = default;
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  virtual ~Hold() = default;

  /// "session", "transaction" or "lease".
  virtual std::string_view mode() const = 0;
  /// One attempt, without waiting for another runner. False: somebody else has it.
  virtual Result<bool> take(const Wait& wait) = 0;
  /// Gives it back. Errors: lock_timeout when it had been lost.
  virtual Status release(const Wait& wait) = 0;
  virtual Result<bool> still_held(const Wait& wait) = 0;
  /// Queries that fail in a transaction of a runner that no longer holds the lock.
  virtual std::vector<pg::Query> fence() const { return {}; }
  /// Makes sure it stays ours for this long without a renewal. Errors: lock_timeout.
  virtual Status cover(Millis duration, const Wait& wait) = 0;
  /// The token of our own lease; empty when there is none.
  virtual std::string token() const { return {}; }
};

/// The error of a lock that turned out to be gone.
Error lock_lost();

/// `text` as an SQL expression of type integer that fails with it. It is not a constant, so that it
/// fails when it is evaluated and not when it is planned.
std::string raise(std::string_view text);

/// What the texts of failing fences begin with.
inline constexpr std::string_view k_fence_mark = "slipway: ";
inline constexpr std::string_view k_fence_lost = "slipway: the runner lock is not ours any more";

/// A fence of `check`, which fails with k_fence_lost when the lock is gone, and the lock that
/// keeps the transactions of two runners apart. What waits for it waits for a killed runner's last
/// transaction, and not for long.
std::vector<pg::Query> fence_of(pg::Query check, std::int64_t working_key);

/// `l.` is the lock of key `parameter` in pg_locks: the two halves in which it shows a bigint
/// advisory key (objsubid 1).
std::string key_in_pg_locks(std::string_view parameter);

} // namespace slipway::locks
