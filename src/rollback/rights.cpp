// What the way back needs, asked of the server without trying any of it on a database.
#include "slipway/rollback/rights.hpp"

#include "slipway/replay/loosen.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <string_view>

namespace slipway::rollback {

namespace {

constexpr std::string_view k_own_sessions = "Supabase";

constexpr const char* k_rights = R"sql(
SELECT r.rolsuper, r.rolsuper OR r.rolcreatedb, pg_catalog.pg_has_role(d.datdba, 'USAGE'),
       pg_catalog.has_database_privilege(d.oid, 'CREATE'),
       r.rolsuper OR pg_catalog.pg_has_role('pg_signal_backend', 'MEMBER'),
       r.rolsuper OR r.rolreplication, pg_catalog.pg_get_userbyid(d.datdba), r.rolname
FROM pg_catalog.pg_roles AS r, pg_catalog.pg_database AS d
WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER
  AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
)sql";

/// A name alone may be anybody's: where a setting is known, it has to be there.
constexpr const char* k_service = R"sql(
SELECT EXISTS (SELECT FROM pg_catalog.pg_settings AS s
               WHERE pg_catalog.starts_with(s.name, $1::text)),
       EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname OPERATOR(pg_catalog.=) $2::name)
)sql";

Result<std::string> service_of(pg::Session& session, const Wait& wait) {
  for (const auto& one : known_services()) {
    const std::string setting = one.setting;
    SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(k_service), {setting, one.role}, wait));
    const bool has_setting = setting.empty() || rows.boolean(0, 0);
    if (has_setting && rows.boolean(0, 1)) return std::string(one.name);
  }
  return std::string();
}

const char* yes_or_no(bool yes) {
  return yes ? "yes" : "no";
}

} // namespace

Result<Rights> read_rights(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(k_rights), {}, wait));
  Rights rights{.superuser = rows.boolean(0, 0),
                .create_databases = rows.boolean(0, 1),
                .owns_database = rows.boolean(0, 2),
                .create_schemas = rows.boolean(0, 3),
                .end_sessions = rows.boolean(0, 4),
                .replicate = rows.boolean(0, 5),
                .owner = std::string(rows.text(0, 6)),
                .user = std::string(rows.text(0, 7))};
  SLIPWAY_ASSIGN(rights.silence_triggers, replay::may_be_quiet(session, wait));
  SLIPWAY_ASSIGN(rights.service, service_of(session, wait));
  return rights;
}

std::string why_not_beside(const Rights& rights) {
  std::vector<std::string> missing;
  if (!rights.create_databases) missing.emplace_back("may not make databases");
  if (!rights.owns_database)
    missing.push_back(fmt::format("may not rename this one, which belongs to {}", rights.owner));
  if (missing.empty() && rights.service == k_own_sessions && !rights.superuser)
    return "the service has sessions of its own in the database, which nobody else may end";
  if (missing.empty()) return {};
  return fmt::format("the role {} {}", rights.user, fmt::join(missing, ", and "));
}

std::vector<std::string> told(const Rights& rights) {
  std::vector<std::string> lines;
  lines.push_back(
      fmt::format("role {}: make databases: {}; rename and close this one: {}; make schemas: {}; "
                  "end sessions of others: {}; keep triggers from firing: {}; make slots: {}",
                  rights.user, yes_or_no(rights.create_databases), yes_or_no(rights.owns_database),
                  yes_or_no(rights.create_schemas), yes_or_no(rights.end_sessions),
                  yes_or_no(rights.silence_triggers), yes_or_no(rights.replicate)));
  const auto& all = known_services();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Service& one) { return rights.service == one.name; });
  if (found == all.end()) return lines;
  lines.push_back(fmt::format("this looks like {}; databases: {}", found->name, found->databases));
  lines.push_back(fmt::format("this looks like {}; a slot: {}", found->name, found->capture));
  return lines;
}

} // namespace slipway::rollback
