#include "session_hold.hpp"

#include <fmt/format.h>

namespace slipway::locks {

Result<bool> SessionHold::take(const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows,
                 session_.query(SqlText("SELECT pg_catalog.pg_try_advisory_lock($1::bigint)"),
                                {std::to_string(key_)}, wait));
  taken_ = rows.boolean(0, 0);
  return taken_;
}

Status SessionHold::release(const Wait& wait) {
  if (!taken_) return {};
  taken_ = false;
  // With the connection the lock is gone, too.
  if (!session_.usable()) return {};
  SLIPWAY_ASSIGN(const auto rows,
                 session_.query(SqlText("SELECT pg_catalog.pg_advisory_unlock($1::bigint)"),
                                {std::to_string(key_)}, wait));
  if (rows.boolean(0, 0)) return {};
  return fail(
      Error(ErrorCode::part_way, "the runner lock was lost during the run")
          .with_hint(
              "a migration called pg_advisory_unlock_all() or a pooler moved the session; connect directly")
          .with_next("slipway status"));
}

Result<bool> SessionHold::still_held(const Wait& wait) {
  if (!taken_ || !session_.usable()) return false;
  const SqlText text(fmt::format(
      "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks AS l WHERE {} AND l.pid OPERATOR(pg_catalog.=) "
      "pg_catalog.pg_backend_pid())",
      key_in_pg_locks("$1")));
  SLIPWAY_ASSIGN(const auto rows, session_.query(text, {std::to_string(key_)}, wait));
  return rows.boolean(0, 0);
}

// The lock lives as long as the working session, whatever that does.
Status SessionHold::cover(Millis /*duration*/, const Wait& /*wait*/) {
  return {};
}

} // namespace slipway::locks
