// What a killed runner may have left at work on the server, and leases.
#include "remains.hpp"

#include "slipway/locks/runner_lock.hpp"

#include <fmt/format.h>

namespace slipway::locks {

std::string Remains::describe() const {
  if (running.empty()) return "a transaction that is still open, of a process that is not shown";
  return running;
}

Result<Remains> look_for_remains(pg::Session& session, const std::string& history_schema,
                                 const Wait& wait) {
  // Names and locks are visible to everybody, states are not. A process at work always has a lock,
  // if only on its own virtual transaction.
  const SqlText text(
      "SELECT (SELECT pg_catalog.string_agg(pg_catalog.format('backend %s (application %s, user %s)', "
      "a.pid, a.application_name, a.usename), ', ') "
      "FROM pg_catalog.pg_stat_activity AS a WHERE a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() "
      "AND a.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid() "
      "AND a.application_name OPERATOR(pg_catalog.~~) ('slipway:%:' OPERATOR(pg_catalog.||) $2::text OPERATOR(pg_catalog.||) '%') "
      "AND (a.state OPERATOR(pg_catalog.=) 'active' OR EXISTS (SELECT FROM pg_catalog.pg_locks AS l "
      "WHERE l.pid OPERATOR(pg_catalog.=) a.pid AND l.locktype OPERATOR(pg_catalog.<>) 'advisory'))), "
      "NOT pg_catalog.pg_try_advisory_xact_lock($1::bigint), "
      "pg_catalog.to_regclass($3::text) IS NOT NULL, pg_catalog.current_setting('application_name')");
  SLIPWAY_ASSIGN(const auto rows, session.query(text,
                                                {std::to_string(working_key(history_schema)),
                                                 runner_mark(history_schema),
                                                 quote_identifier(history_schema) + ".lease"},
                                                wait));
  Remains remains;
  remains.running = rows.text(0, 0);
  remains.transactions = rows.boolean(0, 1);
  remains.lease_table = rows.boolean(0, 2);
  remains.application_name = rows.text(0, 3);
  return remains;
}

Result<std::string> other_lease(pg::Session& session, const std::string& history_schema,
                                const std::string& own_token, const Wait& wait) {
  // The row of a transaction under way is locked by it, and then it counts as held.
  const SqlText text(fmt::format(
      "WITH gone AS (DELETE FROM {0}.lease AS l WHERE l.only_row IN (SELECT e.only_row FROM {0}.lease AS e "
      "WHERE e.token OPERATOR(pg_catalog.<>) $1::text "
      "AND e.expires_at OPERATOR(pg_catalog.<=) pg_catalog.clock_timestamp() FOR UPDATE SKIP LOCKED) RETURNING 1) "
      "SELECT l.holder FROM {0}.lease AS l WHERE l.token OPERATOR(pg_catalog.<>) $1::text "
      "AND NOT EXISTS (SELECT FROM gone)",
      quote_identifier(history_schema)));
  SLIPWAY_ASSIGN(const auto rows, session.query(text, {own_token}, wait));
  return rows.size() == 0 ? std::string() : std::string(rows.text(0, 0));
}

} // namespace slipway::locks
