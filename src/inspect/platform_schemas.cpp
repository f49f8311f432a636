// Which schemas are not the user's though no extension owns all that is in them.
#include "slipway/inspect/platform_schemas.hpp"

#include "slipway/base/sql_text.hpp"

#include <array>

namespace slipway::inspect {

namespace {

struct Platform {
  const char* role;      ///< that only it has; or
  const char* extension; ///< nullptr for both: its names are nobody else's
  std::vector<const char*> schemas;
};

std::vector<Platform> platforms() {
  return {
      // https://supabase.com/docs/guides/database/tables#schemas
      {"supabase_admin",
       nullptr,
       {"auth", "storage", "realtime", "_realtime", "_analytics", "_supavisor", "vault", "graphql",
        "graphql_public", "extensions", "net", "pgbouncer", "pgsodium", "pgsodium_masks",
        "supabase_functions", "supabase_migrations"}},
      {"neon_superuser", nullptr, {"neon", "neon_auth", "neon_migration"}},
      {nullptr,
       "timescaledb",
       {"_timescaledb_cache", "_timescaledb_catalog", "_timescaledb_config", "_timescaledb_debug",
        "_timescaledb_functions", "_timescaledb_internal", "timescaledb_experimental",
        "timescaledb_information"}},
      {nullptr, nullptr, {"hdb_catalog", "hdb_pro_catalog", "hdb_views", "_heroku", "heroku_ext"}},
  };
}

std::string condition(const Platform& platform) {
  std::string names;
  for (const auto* name : platform.schemas)
    names += (names.empty() ? "" : ",") + quote_literal(name);
  std::string text = "n.nspname OPERATOR(pg_catalog.=) ANY (ARRAY[" + names + "]::name[])";
  if (platform.role != nullptr)
    text += " AND EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname "
            "OPERATOR(pg_catalog.=) " +
            quote_literal(platform.role) + ")";
  if (platform.extension != nullptr)
    text += " AND EXISTS (SELECT FROM pg_catalog.pg_extension AS e WHERE e.extname "
            "OPERATOR(pg_catalog.=) " +
            quote_literal(platform.extension) + ")";
  return "(" + text + ")";
}

} // namespace

Result<std::vector<std::string>> platform_schemas(pg::Session& session, const Wait& wait) {
  std::string where;
  for (const auto& platform : platforms())
    where += (where.empty() ? "" : " OR ") + condition(platform);
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText("SELECT n.nspname FROM pg_catalog.pg_namespace AS n WHERE " +
                                       where + " ORDER BY n.nspname"),
                               {}, wait));
  std::vector<std::string> found;
  for (std::size_t row = 0; row < rows.size(); ++row) found.emplace_back(rows.text(row, 0));
  return found;
}

} // namespace slipway::inspect
