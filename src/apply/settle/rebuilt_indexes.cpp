// REINDEX ... CONCURRENTLY. Doing it again is right in any case; what an attempt left are copies
// whose names end in _ccnew (not ready) or _ccold (replaced), INVALID and paid for at every write.
#include "settle/look.hpp"

#include <fmt/format.h>

namespace slipway::apply::settle {

namespace {

// The tables whose indexes the statement rebuilds, as a list of oids for IN. $1 is its name.
std::string tables_meant(const std::string& kind) {
  const std::string relation = "pg_catalog.to_regclass($1::text)";
  const std::string tree =
      fmt::format("SELECT {0}::pg_catalog.oid UNION ALL SELECT t.relid::pg_catalog.oid "
                  "FROM pg_catalog.pg_partition_tree({0}) AS t",
                  relation);
  if (kind == "index")
    return fmt::format("SELECT x.indrelid FROM pg_catalog.pg_index AS x "
                       "WHERE x.indexrelid OPERATOR(pg_catalog.=) ANY ({})",
                       tree);
  if (kind == "table")
    return fmt::format("SELECT r.oid FROM pg_catalog.pg_class AS r "
                       "WHERE r.oid OPERATOR(pg_catalog.=) ANY ({})",
                       tree);
  if (kind == "schema")
    return "SELECT r.oid FROM pg_catalog.pg_class AS r WHERE r.relnamespace "
           "OPERATOR(pg_catalog.=) pg_catalog.to_regnamespace($1::text)::pg_catalog.oid";
  return "SELECT r.oid FROM pg_catalog.pg_class AS r WHERE $1::text IS NOT NULL";
}

// A table's TOAST table is rebuilt with it.
SqlText leftovers_query(const std::string& kind) {
  return SqlText(fmt::format(
      R"(WITH meant AS ({0})
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), {1}
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE NOT i.indisvalid AND c.relkind OPERATOR(pg_catalog.=) 'i'
  AND c.relname::text OPERATOR(pg_catalog.~) '_cc(new|old)[0-9]*$'
  AND (i.indrelid OPERATOR(pg_catalog.=) ANY (SELECT m.* FROM meant AS m)
    OR i.indrelid OPERATOR(pg_catalog.=) ANY (SELECT h.reltoastrelid FROM pg_catalog.pg_class AS h
      WHERE h.oid OPERATOR(pg_catalog.=) ANY (SELECT m.* FROM meant AS m)))
ORDER BY 1)",
      tables_meant(kind), builder_expression()));
}

} // namespace

Result<Finding> look_at_rebuilt_indexes(const Question& question) {
  const auto& statement = question.statement;
  SLIPWAY_ASSIGN(const auto rows,
                 question.session.query(leftovers_query(statement.kind),
                                        {statement.object.quoted()}, question.wait));
  Finding finding{.verdict = Verdict::not_done,
                  .evidence = "rebuilding indexes again gives the same",
                  .cleanups = {}};
  for (std::size_t row = 0; row < rows.size(); ++row)
    // Another session that rebuilds needs its copies.
    if (rows.is_null(row, 1)) finding.cleanups.push_back(drop_invalid_index(rows.text(row, 0)));
  return finding;
}

} // namespace slipway::apply::settle
