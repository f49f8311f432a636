#pragma once

#include "slipway/base/event.hpp"
#include "slipway/pg/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::rollback {

/// Nobody writes to a table of some schemas while it stands, whatever the role; who tries waits.
/// Who reads goes on. It needs no right but those of the tables' owner, and falls with the session
/// that holds it.
class InPlaceFence {
public:
  /// `session` is used by nobody else while it stands. Whoever keeps a table from being locked for
  /// longer than a moment is asked to go. Errors: lock_timeout, with who does not go; sql.
  static Result<InPlaceFence> put_up(pg::Session session, const std::vector<std::string>& schemas,
                                     const Wait& wait);
  /// Lets everybody in again.
  void take_away() { session_.reset(); }
  int backend_pid() const { return session_->backend_pid(); }

private:
  explicit InPlaceFence(pg::Session session) : session_(std::move(session)) {}
  std::optional<pg::Session> session_;
};

/// Asks all sessions in the database to go, but for slipway's own, whose transaction began before
/// that moment; empty: all. A transaction in one snapshot would see what is restored as it was
/// before. Yields how many of other roles could not be asked. Errors: sql.
Result<std::int64_t> end_older_sessions(pg::Session& session, const std::string& moment,
                                        const Wait& wait);

} // namespace slipway::rollback
