// Who wrote a row last, from notes that hold its key and nothing else.
#include "key_fates.hpp"

#include "slipway/base/sql_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::replay {

namespace {

// The order of the notes of one row is that of its writers: each waited for the one before. Whoever
// empties a table waits for all.
constexpr std::string_view k_fates = R"sql(
SELECT x.value, x.by_migration, x.fresh, CASE
  WHEN x.others IS NULL THEN 'own'
  WHEN x.own IS NULL OR x.own OPERATOR(pg_catalog.<) x.others THEN 'carry'
  WHEN x.last_of_others OPERATOR(pg_catalog.=) 'D' THEN 'remove'
  WHEN x.last_of_own IN ('D', 'T') THEN 'unknown'
  ELSE 'carry' END AS fate
FROM (
  SELECT e.value, pg_catalog.bool_or(e.own) AS by_migration,
    pg_catalog.bool_or(e.fresh AND NOT e.own) AS fresh,
    pg_catalog.max(e.number) FILTER (WHERE NOT e.own) AS others,
    pg_catalog.max(e.number) FILTER (WHERE e.own) AS own,
    (pg_catalog.array_agg(e.operation ORDER BY e.number DESC) FILTER (WHERE NOT e.own))[1] AS last_of_others,
    (pg_catalog.array_agg(e.operation ORDER BY e.number DESC) FILTER (WHERE e.own))[1] AS last_of_own
  FROM (
    SELECT {value} AS value, c.number, c.operation, {own} AS own, NOT {seen} AS fresh
    FROM {schema}.captured_key AS c
    WHERE c.relation OPERATOR(pg_catalog.=) {table}::pg_catalog.oid AND c.key IS NOT NULL
      AND ({own} OR NOT {in_backup})
    UNION ALL
    SELECT k.value, t.number, 'T', true, false
    FROM (SELECT DISTINCT {value} AS value FROM {schema}.captured_key AS c
      WHERE c.relation OPERATOR(pg_catalog.=) {table}::pg_catalog.oid AND c.key IS NOT NULL) AS k,
      (SELECT pg_catalog.max(c.number) AS number FROM {schema}.captured_key AS c
      WHERE c.relation OPERATOR(pg_catalog.=) {table}::pg_catalog.oid AND c.operation OPERATOR(pg_catalog.=) 'T'
        AND {own}) AS t WHERE t.number IS NOT NULL) AS e
  GROUP BY e.value) AS x)sql";

} // namespace

std::string is_of_migration(const CapturedKeysRequest& request, const std::string& note) {
  if (request.migration_transactions.empty()) return "false";
  return fmt::format("({}.transaction OPERATOR(pg_catalog.=) ANY ('{{{}}}'::pg_catalog.xid8[]))",
                     note, fmt::join(request.migration_transactions, ","));
}

std::string is_seen_by(const std::string& snapshot, const std::string& note) {
  if (snapshot.empty()) return "false";
  return fmt::format("pg_catalog.pg_visible_in_snapshot({}.transaction, "
                     "{}::pg_catalog.pg_snapshot)",
                     note, quote_literal(snapshot));
}

std::string KeyFates::value() const {
  std::string pairs;
  for (const auto& [number, name] : names_)
    pairs += fmt::format("{}{}::text, c.key OPERATOR(pg_catalog.->>) '{}'",
                         pairs.empty() ? "" : ", ", quote_literal(name), number);
  return "pg_catalog.jsonb_build_object(" + pairs + ")";
}

std::string KeyFates::fates(const std::string& since) const {
  return fmt::format(
      fmt::runtime(k_fates), fmt::arg("value", value()),
      fmt::arg("own", is_of_migration(request_, "c")), fmt::arg("seen", is_seen_by(since, "c")),
      fmt::arg("in_backup", is_seen_by(request_.snapshot, "c")),
      fmt::arg("schema", quote_identifier(request_.schema)), fmt::arg("table", table_));
}

std::string KeyFates::to_carry(const std::string& since) const {
  return "SELECT f.value FROM (" + fates(since) +
         ") AS f WHERE f.fresh AND f.fate OPERATOR(pg_catalog.=) 'carry'";
}

std::string KeyFates::to_remove(const std::string& since) const {
  return "SELECT f.value FROM (" + fates(since) +
         ") AS f WHERE f.fresh AND f.fate OPERATOR(pg_catalog.=) 'remove'";
}

std::string KeyFates::unknown() const {
  return "SELECT f.value FROM (" + fates(request_.snapshot) +
         ") AS f WHERE f.fate OPERATOR(pg_catalog.=) 'unknown'";
}

std::string KeyFates::written_by_others() const {
  return "SELECT f.value FROM (" + fates(request_.snapshot) + ") AS f WHERE f.fresh";
}

std::string KeyFates::of_migration() const {
  return "SELECT f.value FROM (" + fates(request_.snapshot) +
         ") AS f WHERE f.by_migration AND f.fate OPERATOR(pg_catalog.<>) 'carry'";
}

std::string KeyFates::emptied_by_migration() const {
  return fmt::format("SELECT EXISTS (SELECT FROM {}.captured_key AS c WHERE c.relation "
                     "OPERATOR(pg_catalog.=) {}::pg_catalog.oid AND c.operation "
                     "OPERATOR(pg_catalog.=) 'T' AND {})",
                     quote_identifier(request_.schema), table_, is_of_migration(request_, "c"));
}

} // namespace slipway::replay
