#include "doctor_leftovers.hpp"

#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr int k_detaches_concurrently = 140000;
constexpr int k_has_unenforced_constraints = 180000;

/// Something that may be left half done, and how to ask for it: rows of what it is and the
/// statement that ends it, empty when there is nothing to do but wait.
struct Look {
  std::string what; ///< "invalid index"
  std::string many; ///< "invalid indexes"
  std::string query;
};

// An index of a partitioned table (relkind I) may be invalid for good reasons: some partition has
// none yet. One whose table another session works on may be under construction.
Look invalid_indexes() {
  return {"invalid index", "invalid indexes",
          R"(SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)
    OPERATOR(pg_catalog.||) CASE WHEN b.pid IS NULL THEN '' ELSE pg_catalog.format(', which session %s may be building', b.pid) END,
  CASE WHEN b.pid IS NULL THEN pg_catalog.format('DROP INDEX CONCURRENTLY %I.%I;', n.nspname, c.relname) ELSE '' END
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
LEFT JOIN LATERAL (SELECT p.pid FROM pg_catalog.pg_stat_progress_create_index AS p
  JOIN pg_catalog.pg_locks AS l ON l.pid OPERATOR(pg_catalog.=) p.pid
  JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) l.database
  WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() AND l.granted
    AND l.locktype OPERATOR(pg_catalog.=) 'relation' AND l.relation OPERATOR(pg_catalog.=) i.indrelid
    AND l.mode OPERATOR(pg_catalog.=) 'ShareUpdateExclusiveLock' LIMIT 1) AS b ON true
WHERE NOT i.indisvalid AND c.relkind OPERATOR(pg_catalog.=) 'i' ORDER BY 1)"};
}

Look pending_detaches() {
  return {
      "half-detached partition", "half-detached partitions",
      R"(SELECT pg_catalog.format('%I.%I of %I.%I', cn.nspname, c.relname, pn.nspname, p.relname),
  pg_catalog.format('ALTER TABLE %I.%I DETACH PARTITION %I.%I FINALIZE;', pn.nspname, p.relname, cn.nspname, c.relname)
FROM pg_catalog.pg_inherits AS h
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) h.inhrelid
JOIN pg_catalog.pg_namespace AS cn ON cn.oid OPERATOR(pg_catalog.=) c.relnamespace
JOIN pg_catalog.pg_class AS p ON p.oid OPERATOR(pg_catalog.=) h.inhparent
JOIN pg_catalog.pg_namespace AS pn ON pn.oid OPERATOR(pg_catalog.=) p.relnamespace
WHERE h.inhdetachpending AND c.relkind OPERATOR(pg_catalog.<>) ALL (ARRAY['i', 'I']::"char"[]) ORDER BY 1)"};
}

// A constraint that is not enforced is not validated either, and cannot be. Those of partitions and
// children come with their parent's.
Look unvalidated_constraints(int server_version) {
  const auto enforced = server_version >= k_has_unenforced_constraints ? " AND k.conenforced" : "";
  return {
      "unvalidated constraint", "unvalidated constraints",
      fmt::format(
          R"(SELECT pg_catalog.format('%I on %I.%I', k.conname, n.nspname, coalesce(c.relname, t.typname)),
  pg_catalog.format('ALTER %s %I.%I VALIDATE CONSTRAINT %I;', CASE WHEN c.oid IS NULL THEN 'DOMAIN' ELSE 'TABLE' END,
    n.nspname, coalesce(c.relname, t.typname), k.conname)
FROM pg_catalog.pg_constraint AS k
LEFT JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) k.conrelid
LEFT JOIN pg_catalog.pg_type AS t ON t.oid OPERATOR(pg_catalog.=) k.contypid
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) coalesce(c.relnamespace, t.typnamespace)
WHERE NOT k.convalidated AND k.conparentid OPERATOR(pg_catalog.=) 0::pg_catalog.oid
  AND k.coninhcount OPERATOR(pg_catalog.=) 0{} ORDER BY 1)",
          enforced)};
}

} // namespace

std::vector<Diagnosis> find_leftovers(pg::Session& session, const Wait& wait) {
  std::vector<Look> looks{invalid_indexes(), unvalidated_constraints(session.server_version())};
  if (session.server_version() >= k_detaches_concurrently) looks.push_back(pending_detaches());
  std::vector<Diagnosis> found;
  for (const auto& look : looks) {
    const auto rows = session.query(SqlText(look.query), {}, wait);
    if (!rows) {
      found.push_back({look.many, Health::unknown,
                       "could not be looked at: " + rows.error().message, rows.error().hint});
      continue;
    }
    if (rows->size() == 0) found.push_back({look.many, Health::ok, "none", {}});
    for (std::size_t row = 0; row < rows->size(); ++row) {
      const std::string remedy(rows->text(row, 1));
      found.push_back({look.what, remedy.empty() ? Health::note : Health::warning,
                       std::string(rows->text(row, 0)), remedy});
    }
  }
  return found;
}

} // namespace slipway::app
