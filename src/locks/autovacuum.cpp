#include "slipway/locks/autovacuum.hpp"

#include <string>

namespace slipway::locks {

namespace {

constexpr int k_parameter_privileges = 150000;
constexpr int k_worker_role = 180000;

} // namespace

Result<AutovacuumPowers> autovacuum_powers(pg::Session& session, const Wait& wait) {
  std::string text = "SELECT r.rolsuper";
  if (session.server_version() >= k_parameter_privileges)
    text += " OR pg_catalog.has_parameter_privilege('deadlock_timeout', 'SET')";
  text += session.server_version() >= k_worker_role
              ? ", pg_catalog.pg_has_role('pg_signal_autovacuum_worker', 'USAGE')"
              : ", false";
  // The setting is in milliseconds there, whatever unit it was given in.
  text += ", (SELECT s.setting::integer FROM pg_catalog.pg_settings AS s "
          "WHERE s.name OPERATOR(pg_catalog.=) 'deadlock_timeout') "
          "FROM pg_catalog.pg_roles AS r WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER";
  SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(std::move(text)), {}, wait));
  if (rows.size() == 0) return AutovacuumPowers{};
  return AutovacuumPowers{.may_set_deadlock_timeout = rows.boolean(0, 0),
                          .may_cancel = rows.boolean(0, 1),
                          .deadlock_timeout = Millis(rows.integer(0, 2))};
}

Result<bool> cancel_worker(pg::Session& session, int pid, const Wait& wait) {
  auto rows = session.query(SqlText("SELECT pg_catalog.pg_cancel_backend($1::integer)"),
                            {std::to_string(pid)}, wait);
  if (rows) return rows->boolean(0, 0);
  if (rows.error().sql && rows.error().sql->sqlstate == "42501") return false;
  return fail(std::move(rows).error());
}

} // namespace slipway::locks
