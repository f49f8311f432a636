#include "waiters.hpp"

#include <fmt/format.h>
#include <string_view>

namespace slipway::locks {

namespace {

constexpr int k_says_since_when = 140000;

constexpr std::string_view k_waiting = R"sql(
WITH l AS MATERIALIZED (
  SELECT k.pid, k.granted, k.locktype, k.relation, {since} AS since FROM pg_catalog.pg_locks AS k
), mine AS MATERIALIZED (
  SELECT l.granted, l.relation FROM l WHERE l.pid OPERATOR(pg_catalog.=) $1::integer
), behind AS MATERIALIZED (
  SELECT l.pid, l.since FROM l
  WHERE NOT l.granted AND l.pid OPERATOR(pg_catalog.<>) $1::integer AND l.locktype OPERATOR(pg_catalog.=) 'relation'
    AND EXISTS (SELECT FROM mine WHERE NOT mine.granted)
    AND l.relation OPERATOR(pg_catalog.=) ANY (SELECT mine.relation FROM mine WHERE mine.relation IS NOT NULL)
)
SELECT NULL::integer, 0::double precision FROM mine WHERE NOT mine.granted
UNION ALL
SELECT b.pid, COALESCE(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) b.since), 0)
FROM behind AS b WHERE $1::integer OPERATOR(pg_catalog.=) ANY (pg_catalog.pg_blocking_pids(b.pid)))sql";

// A prepared transaction shows as process 0, which pg_stat_activity does not have.
constexpr std::string_view k_blockers = R"sql(
SELECT b.pid, a.application_name, a.usename, a.state, a.backend_type,
       pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) a.xact_start),
       pg_catalog.left(pg_catalog.regexp_replace(a.query, '\s+', ' ', 'g'), 200),
       COALESCE(r.rolsuper, false)
FROM pg_catalog.unnest(pg_catalog.pg_blocking_pids($1::integer)) AS b(pid)
LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid OPERATOR(pg_catalog.=) b.pid
LEFT JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) a.usesysid
WHERE pg_catalog.pg_backend_pid() OPERATOR(pg_catalog.<>) b.pid)sql";

Blocker blocker_from(const pg::Rows& rows, std::size_t row) {
  Blocker blocker;
  blocker.pid = static_cast<int>(rows.integer(row, 0));
  blocker.application_name = rows.text(row, 1);
  blocker.user = rows.text(row, 2);
  blocker.state = rows.text(row, 3);
  const auto type = rows.text(row, 4);
  blocker.visible = !rows.is_null(row, 4);
  if (blocker.pid == 0)
    blocker.kind = BlockerKind::prepared;
  else if (type == "autovacuum worker")
    blocker.kind = BlockerKind::autovacuum;
  else if (blocker.visible && type != "client backend" && type != "parallel worker")
    blocker.kind = BlockerKind::other;
  if (!rows.is_null(row, 5)) blocker.transaction_age_s = rows.real(row, 5);
  if (blocker.visible) blocker.query = rows.text(row, 6);
  blocker.superuser = rows.boolean(row, 7);
  blocker.relation = "what is needed";
  blocker.mode = "a lock";
  return blocker;
}

Result<bool> send(pg::Session& session, int pid, Signal signal, const Wait& wait) {
  const std::string_view function =
      signal == Signal::terminate ? "pg_terminate_backend" : "pg_cancel_backend";
  auto rows = session.query(SqlText(fmt::format("SELECT pg_catalog.{}($1::integer)", function)),
                            {std::to_string(pid)}, wait);
  if (rows) return rows->boolean(0, 0);
  // 42501: the role may not; the session stays, and so does our own patience.
  if (rows.error().sql && rows.error().sql->sqlstate == "42501") return false;
  return fail(std::move(rows).error());
}

} // namespace

Result<Waiting> look_at_waiting(pg::Session& session, int backend, const Wait& wait) {
  std::string text(k_waiting);
  const std::string_view placeholder = "{since}";
  text.replace(text.find(placeholder), placeholder.size(),
               session.server_version() >= k_says_since_when ? "k.waitstart" : "NULL::timestamptz");
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText(std::move(text)), {std::to_string(backend)}, wait));
  Waiting found;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows.is_null(row, 0))
      found.waits = true;
    else
      found.behind.push_back(
          Waiter{.pid = static_cast<int>(rows.integer(row, 0)),
                 .waited = Millis(static_cast<std::int64_t>(rows.real(row, 1) * 1000))});
  }
  return found;
}

Result<SignalsSent> signal_blockers_of(pg::Session& session, int backend, const Policy& policy,
                                       const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText(std::string(k_blockers)), {std::to_string(backend)}, wait));
  SignalsSent sent;
  std::vector<Signalled> planned;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    auto blocker = blocker_from(rows, row);
    auto verdict = may_signal(blocker, policy);
    if (verdict.signal == Signal::none)
      sent.left_alone.push_back(fmt::format("pid {} is left alone: {}", blocker.pid, verdict.why));
    planned.push_back(
        Signalled{.session = std::move(blocker), .signal = verdict.signal, .arrived = false});
  }
  if (!sent.left_alone.empty()) return sent;
  for (auto& one : planned) {
    SLIPWAY_ASSIGN(one.arrived, send(session, one.session.pid, one.signal, wait));
    sent.signalled.push_back(std::move(one));
  }
  return sent;
}

} // namespace slipway::locks
