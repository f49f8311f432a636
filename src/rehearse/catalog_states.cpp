// States that a dump and restore would heal, and so hide.
#include "slipway/rehearse/catalog_states.hpp"

#include <algorithm>

namespace slipway::rehearse {

namespace {

constexpr int k_first_with_detach = 140000;

constexpr const char* k_states =
    "SELECT 'index ' || i.indexrelid::pg_catalog.regclass::text || ' is not valid'"
    "  FROM pg_catalog.pg_index i WHERE NOT i.indisvalid OR NOT i.indisready OR NOT i.indislive "
    "UNION ALL SELECT 'constraint ' || pg_catalog.quote_ident(c.conname) || ' of ' ||"
    "    CASE WHEN c.conrelid OPERATOR(pg_catalog.<>) 0"
    "      THEN c.conrelid::pg_catalog.regclass::text ELSE c.contypid::pg_catalog.regtype::text END"
    "    || ' is not validated'"
    "  FROM pg_catalog.pg_constraint c WHERE NOT c.convalidated "
    "UNION ALL SELECT 'materialized view ' || r.oid::pg_catalog.regclass::text || ' has no data'"
    "  FROM pg_catalog.pg_class r"
    "  WHERE r.relkind OPERATOR(pg_catalog.=) 'm' AND NOT r.relispopulated";

constexpr const char* k_detached =
    " UNION ALL SELECT 'partition ' || h.inhrelid::pg_catalog.regclass::text || ' is being detached'"
    "  FROM pg_catalog.pg_inherits h WHERE h.inhdetachpending";

} // namespace

Result<std::vector<std::string>> catalog_states(pg::Session& session, const Wait& wait) {
  std::string sql = k_states;
  if (session.server_version() >= k_first_with_detach) sql += k_detached;
  // With an empty path the casts to text give names with their schema.
  SLIPWAY_ASSIGN(const auto all, session.pipeline({{SqlText("BEGIN READ ONLY"), {}},
                                                   {SqlText("SET LOCAL search_path = ''"), {}},
                                                   {SqlText(sql), {}},
                                                   {SqlText("COMMIT"), {}}},
                                                  wait));
  const pg::Rows& rows = all[2];
  std::vector<std::string> found;
  for (std::size_t row = 0; row < rows.size(); ++row) found.emplace_back(rows.text(row, 0));
  std::sort(found.begin(), found.end());
  return found;
}

} // namespace slipway::rehearse
