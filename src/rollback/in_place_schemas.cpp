#include "in_place_schemas.hpp"

#include "slipway/schema/subset.hpp"

#include <algorithm>

namespace slipway::rollback {

namespace {

/// Whether there is nothing in it but what extensions made, or it is an extension's itself.
constexpr const char* k_schemas = R"sql(
SELECT n.nspname, EXISTS (SELECT FROM pg_catalog.pg_depend AS d
    WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
      AND d.objid OPERATOR(pg_catalog.=) n.oid AND d.deptype OPERATOR(pg_catalog.=) 'e')
  OR (EXISTS (SELECT FROM pg_catalog.pg_extension AS e WHERE e.extnamespace OPERATOR(pg_catalog.=) n.oid)
    AND NOT EXISTS (SELECT FROM (
        SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, c.oid FROM pg_catalog.pg_class AS c
        WHERE c.relnamespace OPERATOR(pg_catalog.=) n.oid AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,S,f,c}'::"char"[])
        UNION ALL SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid FROM pg_catalog.pg_proc AS p
        WHERE p.pronamespace OPERATOR(pg_catalog.=) n.oid
        UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid FROM pg_catalog.pg_type AS t
        WHERE t.typnamespace OPERATOR(pg_catalog.=) n.oid AND t.typrelid OPERATOR(pg_catalog.=) 0::oid
          AND t.typelem OPERATOR(pg_catalog.=) 0::oid) AS o (class, id)
      WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid OPERATOR(pg_catalog.=) o.class
        AND d.objid OPERATOR(pg_catalog.=) o.id AND d.deptype OPERATOR(pg_catalog.=) 'e')))
FROM pg_catalog.pg_namespace AS n
WHERE n.nspname OPERATOR(pg_catalog.!~) '^pg_' AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema'
ORDER BY n.nspname
)sql";

} // namespace

Result<std::vector<PlacedSchema>> placed_schemas(pg::Session& session, const inspect::Scope& scope,
                                                 const schema::Schema& before, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(k_schemas), {}, wait));
  std::vector<PlacedSchema> found;
  std::vector<std::string> of_extensions;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string name(rows.text(row, 0));
    if (schema::is_left_out(name, scope.leave_out)) continue;
    if (rows.boolean(row, 1))
      of_extensions.push_back(name);
    else
      found.push_back({.name = name, .now = true, .before = false});
  }
  for (const auto& object : before.objects()) {
    if (object.kind() != schema::Kind::schema) continue;
    const std::string name(object.name());
    if (std::find(of_extensions.begin(), of_extensions.end(), name) != of_extensions.end())
      continue;
    const auto there =
        std::find_if(found.begin(), found.end(), [&](const auto& one) { return one.name == name; });
    if (there == found.end())
      found.push_back({.name = name, .now = false, .before = true});
    else
      there->before = true;
  }
  return found;
}

std::vector<PlacedSchema> placed_schemas(const std::vector<history::SideSchema>& sides) {
  std::vector<PlacedSchema> found;
  for (const auto& one : sides)
    found.push_back({.name = one.name, .now = !one.kept_as.empty(), .before = !one.beside.empty()});
  return found;
}

std::vector<std::string> names_now(const std::vector<PlacedSchema>& schemas) {
  std::vector<std::string> names;
  for (const auto& one : schemas)
    if (one.now) names.push_back(one.name);
  return names;
}

std::vector<std::string> names_before(const std::vector<PlacedSchema>& schemas) {
  std::vector<std::string> names;
  for (const auto& one : schemas)
    if (one.before) names.push_back(one.name);
  return names;
}

std::string text_array(const std::vector<std::string>& texts) {
  std::string array = "{";
  for (const auto& one : texts) {
    array += array.size() > 1 ? ",\"" : "\"";
    for (const char letter : one) {
      if (letter == '"' || letter == '\\') array += '\\';
      array += letter;
    }
    array += '"';
  }
  return array + "}";
}

} // namespace slipway::rollback
