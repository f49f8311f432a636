#pragma once

#include "slipway/app/context.hpp"
#include "slipway/pg/session.hpp"

namespace slipway::app {

/// Held as long as a deploy lives, by a session of its own: the server knows when it is gone, so
/// that whoever finds what a deploy left behind need not compare clocks.
class DeployGuard {
public:
  /// Errors: lock_timeout when another deploy is under way; connection.
  static Result<DeployGuard> take(const Context& context, const Wait& wait);
  pg::Session& session() { return session_; }
  /// Ends it: before a rollback, which ends all sessions of the database.
  void release() { session_.close(); }

private:
  explicit DeployGuard(pg::Session session) : session_(std::move(session)) {}
  pg::Session session_;
};

/// Whether a deploy of this database is under way. Errors: sql.
Result<bool> is_deploy_under_way(const Context& context, pg::Session& session, const Wait& wait);

} // namespace slipway::app
