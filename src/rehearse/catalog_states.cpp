// States that a dump and restore would heal, and so hide.
#include "slipway/rehearse/catalog_states.hpp"

#include "slipway/schema/subset.hpp"

#include <algorithm>

namespace slipway::rehearse {

namespace {

constexpr int k_first_with_detach = 140000;

// What it is, and the schema that it is in.
constexpr const char* k_states =
    "SELECT 'index ' || i.indexrelid::pg_catalog.regclass::text || ' is not valid', r.relnamespace"
    "  FROM pg_catalog.pg_index i"
    "  JOIN pg_catalog.pg_class r ON r.oid OPERATOR(pg_catalog.=) i.indexrelid"
    "  WHERE NOT i.indisvalid OR NOT i.indisready OR NOT i.indislive "
    "UNION ALL SELECT 'constraint ' || pg_catalog.quote_ident(c.conname) || ' of ' ||"
    "    CASE WHEN c.conrelid OPERATOR(pg_catalog.<>) 0"
    "      THEN c.conrelid::pg_catalog.regclass::text ELSE c.contypid::pg_catalog.regtype::text END"
    "    || ' is not validated', c.connamespace"
    "  FROM pg_catalog.pg_constraint c WHERE NOT c.convalidated "
    "UNION ALL SELECT 'materialized view ' || r.oid::pg_catalog.regclass::text || ' has no data',"
    "    r.relnamespace"
    "  FROM pg_catalog.pg_class r"
    "  WHERE r.relkind OPERATOR(pg_catalog.=) 'm' AND NOT r.relispopulated";

constexpr const char* k_detached =
    " UNION ALL SELECT 'partition ' || h.inhrelid::pg_catalog.regclass::text ||"
    "    ' is being detached', r.relnamespace"
    "  FROM pg_catalog.pg_inherits h"
    "  JOIN pg_catalog.pg_class r ON r.oid OPERATOR(pg_catalog.=) h.inhrelid"
    "  WHERE h.inhdetachpending";

std::string states_sql(int server_version) {
  std::string states = k_states;
  if (server_version >= k_first_with_detach) states += k_detached;
  return "SELECT s.state, n.nspname FROM (" + states +
         ") AS s (state, schema) JOIN pg_catalog.pg_namespace n"
         " ON n.oid OPERATOR(pg_catalog.=) s.schema";
}

} // namespace

Result<std::vector<std::string>>
catalog_states(pg::Session& session, const std::vector<std::string>& leave_out, const Wait& wait) {
  const std::string sql = states_sql(session.server_version());
  // With an empty path the casts to text give names with their schema.
  SLIPWAY_ASSIGN(const auto all, session.pipeline({{SqlText("BEGIN READ ONLY"), {}},
                                                   {SqlText("SET LOCAL search_path = ''"), {}},
                                                   {SqlText(sql), {}},
                                                   {SqlText("COMMIT"), {}}},
                                                  wait));
  const pg::Rows& rows = all[2];
  std::vector<std::string> found;
  for (std::size_t row = 0; row < rows.size(); ++row)
    if (!schema::is_left_out(rows.text(row, 1), leave_out)) found.emplace_back(rows.text(row, 0));
  std::sort(found.begin(), found.end());
  return found;
}

} // namespace slipway::rehearse
