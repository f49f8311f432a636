#include "schema_scope.hpp"

#include "slipway/history/side_schemas.hpp"
#include "slipway/inspect/platform_schemas.hpp"
#include "slipway/schema/trash.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <random>

namespace slipway::app {

inspect::Scope settings_scope(const Context& context) {
  inspect::Scope scope;
  scope.leave_out = {context.config.text("history.schema"), std::string(schema::k_trash_schemas)};
  leave_out(scope, context.config.text_list("schema.leave_out"));
  return scope;
}

void leave_out(inspect::Scope& scope, const std::vector<std::string>& names) {
  for (const auto& name : names)
    if (std::find(scope.leave_out.begin(), scope.leave_out.end(), name) == scope.leave_out.end())
      scope.leave_out.push_back(name);
}

Status add_platform_schemas(const Context& context, pg::Session& session, inspect::Scope& scope,
                            const Wait& wait) {
  if (!context.config.boolean("schema.leave_out_platform")) return {};
  SLIPWAY_ASSIGN(const auto platform, inspect::platform_schemas(session, wait));
  leave_out(scope, platform);
  return {};
}

Status add_side_schemas(const Context& context, pg::Session& session, inspect::Scope& scope,
                        const Wait& wait) {
  const history::SideSchemas sides(context.config.text("history.schema"));
  SLIPWAY_ASSIGN(const auto all, sides.all(session, wait));
  leave_out(scope, history::names_aside(all));
  return {};
}

Result<inspect::Scope> schema_scope(const Context& context, pg::Session& session,
                                    const Wait& wait) {
  auto scope = settings_scope(context);
  SLIPWAY_TRY(add_platform_schemas(context, session, scope, wait));
  SLIPWAY_TRY(add_side_schemas(context, session, scope, wait));
  return scope;
}

std::string author_in(const schema::Schema& schema) {
  std::map<std::string, std::size_t> owned;
  for (const auto& object : schema.objects())
    if (schema::is_relation(object.kind()))
      ++owned[std::string(object.text(schema::Property::owner))];
  const auto most = std::max_element(
      owned.begin(), owned.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == owned.end() ? std::string() : most->first;
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
