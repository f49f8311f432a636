#include "deploy_guard.hpp"

#include "slipway/app/target.hpp"
#include "slipway/locks/runner_lock.hpp"

namespace slipway::app {

namespace {

constexpr int k_ends_idle_sessions = 140'000;

std::string key_of(const Context& context) {
  return std::to_string(locks::runner_key("deploy of " + context.config.text("history.schema")));
}

} // namespace

Result<DeployGuard> DeployGuard::take(const Context& context, const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, open_session(context, "deploy", wait));
  if (session.server_version() >= k_ends_idle_sessions)
    SLIPWAY_TRY(session.execute(SqlText("SET idle_session_timeout = 0"), wait));
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText("SELECT pg_catalog.pg_try_advisory_lock($1::bigint)"),
                               {key_of(context)}, wait));
  if (!rows.boolean(0, 0))
    return fail(Error(ErrorCode::lock_timeout, "another deploy of this database is under way")
                    .with_state("nothing was changed")
                    .with_next("slipway deploy"));
  return DeployGuard(std::move(session));
}

Result<bool> is_deploy_under_way(const Context& context, pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(
          SqlText("SELECT EXISTS (SELECT FROM pg_catalog.pg_locks AS l WHERE l.granted "
                  "AND l.locktype OPERATOR(pg_catalog.=) 'advisory' "
                  "AND l.objsubid OPERATOR(pg_catalog.=) 1 "
                  "AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database "
                  "AS d WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) "
                  "AND ((l.classid::bigint OPERATOR(pg_catalog.<<) 32) OPERATOR(pg_catalog.|) "
                  "l.objid::bigint) OPERATOR(pg_catalog.=) $1::bigint)"),
          {key_of(context)}, wait));
  return rows.boolean(0, 0);
}

} // namespace slipway::app
