// What must be known before anything slow is begun.
#include "surroundings.hpp"

#include <fmt/format.h>

namespace slipway::rollback {

namespace {

constexpr const char* k_rights = R"sql(
SELECT r.rolsuper OR r.rolcreatedb, pg_catalog.pg_has_role(d.datdba, 'USAGE'),
       pg_catalog.pg_get_userbyid(d.datdba)
FROM pg_catalog.pg_roles AS r, pg_catalog.pg_database AS d
WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER AND d.datname OPERATOR(pg_catalog.=) $1::name
)sql";

/// A physical slot is of no database.
constexpr const char* k_bound = R"sql(
SELECT pg_catalog.format('the replication slot %I (%s)', s.slot_name, s.plugin)
FROM pg_catalog.pg_replication_slots AS s
WHERE s.database OPERATOR(pg_catalog.=) $1::name
  AND NOT pg_catalog.starts_with(s.slot_name::text, 'slipway')
UNION ALL
SELECT pg_catalog.format('the subscription %I', u.subname)
FROM pg_catalog.pg_subscription AS u
JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) u.subdbid
WHERE d.datname OPERATOR(pg_catalog.=) $1::name
ORDER BY 1
)sql";

Error may_not(std::string what, std::string grant) {
  return Error(ErrorCode::unsupported, std::move(what))
      .with_hint(std::move(grant))
      .with_state("nothing was changed");
}

Status check_quiet(pg::Session& control, const Wait& wait) {
  SLIPWAY_TRY(control.execute(SqlText("BEGIN"), wait));
  const auto quiet = control.execute(SqlText("SET LOCAL session_replication_role = replica"), wait);
  if (!control.usable()) return fail(quiet.error());
  SLIPWAY_TRY(control.execute(SqlText("ROLLBACK"), wait));
  if (quiet) return {};
  if (!quiet.error().sql || quiet.error().sql->sqlstate != "42501") return fail(quiet.error());
  return fail(may_not(
      "this role may not keep triggers and foreign keys from firing while rows are carried over",
      fmt::format("GRANT SET ON PARAMETER session_replication_role TO \"{}\" (from PostgreSQL 15), "
                  "or roll back as a superuser",
                  control.user())));
}

} // namespace

Status check_rights(pg::Session& control, const std::string& database, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows, control.query(SqlText(k_rights), {database}, wait));
  if (rows.size() == 0)
    return fail(ErrorCode::check_failed, fmt::format("there is no database {}", database));
  if (!rows.boolean(0, 1))
    return fail(may_not(
        fmt::format("{} belongs to {}, so this role may not rename it", database, rows.text(0, 2)),
        fmt::format("roll back as {} or a member of it", rows.text(0, 2))));
  if (!rows.boolean(0, 0))
    return fail(may_not("this role may not make and rename databases",
                        fmt::format("ALTER ROLE \"{}\" CREATEDB", control.user())));
  return check_quiet(control, wait);
}

Status tell_what_stays_behind(pg::Session& control, const std::string& database, EventSink& events,
                              const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows, control.query(SqlText(k_bound), {database}, wait));
  for (std::size_t row = 0; row < rows.size(); ++row)
    events.on_event(event::Warning{
        .message = fmt::format("{} is bound to this very database: it stays with the broken one",
                               rows.text(row, 0)),
        .hint = "make it again in the database that comes in its place"});
  return {};
}

} // namespace slipway::rollback
