#include "schema_scope.hpp"

#include "slipway/inspect/platform_schemas.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <random>

namespace slipway::app {

Result<inspect::Scope> schema_scope(const Context& context, pg::Session& session,
                                    const Wait& wait) {
  inspect::Scope scope;
  scope.leave_out = {context.config.text("history.schema")};
  const auto add = [&](const std::vector<std::string>& names) {
    for (const auto& name : names)
      if (std::find(scope.leave_out.begin(), scope.leave_out.end(), name) == scope.leave_out.end())
        scope.leave_out.push_back(name);
  };
  add(context.config.text_list("schema.leave_out"));
  if (context.config.boolean("schema.leave_out_platform")) {
    SLIPWAY_ASSIGN(const auto platform, inspect::platform_schemas(session, wait));
    add(platform);
  }
  return scope;
}

std::string fresh_salt() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

Result<std::string> author_of(pg::Session& session, const std::string& history_schema,
                              const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(
          SqlText(
              "SELECT COALESCE("
              "(SELECT pg_catalog.pg_get_userbyid(n.nspowner) FROM pg_catalog.pg_namespace AS n "
              "WHERE n.nspname OPERATOR(pg_catalog.=) $1::name), "
              "(SELECT pg_catalog.pg_get_userbyid(c.relowner) FROM pg_catalog.pg_class AS c "
              "JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace "
              "WHERE n.nspname OPERATOR(pg_catalog.<>) 'information_schema' "
              "AND n.nspname OPERATOR(pg_catalog.!~) '^pg_' "
              "GROUP BY c.relowner ORDER BY pg_catalog.count(*) DESC, c.relowner LIMIT 1), "
              "CURRENT_USER)::text"),
          {history_schema}, wait));
  return std::string(rows.text(0, 0));
}

} // namespace slipway::app
