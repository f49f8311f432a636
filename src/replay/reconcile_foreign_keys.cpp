// Foreign keys are not looked at while rows are carried. A row whose parent the old schema could
// not take cannot be there either.
#include "quiet_session.hpp"
#include "reconcile_parts.hpp"
#include "row_texts.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::replay {

namespace {

/// Condition that row `o` refers to row `p`, and that it refers to any. Those over periods (from
/// 18) are left out: no single row need be the one referred to.
constexpr const char* k_foreign_keys = R"sql(
SELECT k.conrelid::bigint, k.conname, rn.nspname, r.relname, x.refers, x.any_null,
       r.relkind OPERATOR(pg_catalog.=) 'p'
FROM pg_catalog.pg_constraint AS k
JOIN pg_catalog.pg_class AS r ON r.oid OPERATOR(pg_catalog.=) k.confrelid
JOIN pg_catalog.pg_namespace AS rn ON rn.oid OPERATOR(pg_catalog.=) r.relnamespace
CROSS JOIN LATERAL (
  SELECT pg_catalog.string_agg(pg_catalog.format('p.%I OPERATOR(%I.%s) o.%I', pa.attname, opn.nspname, op.oprname, a.attname), ' AND ') AS refers,
         pg_catalog.string_agg(pg_catalog.format('o.%I', a.attname), ', ') AS any_null
  FROM ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey), pg_catalog.unnest(k.conpfeqop)) AS u(child, parent, operator)
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid AND a.attnum OPERATOR(pg_catalog.=) u.child
  JOIN pg_catalog.pg_attribute AS pa ON pa.attrelid OPERATOR(pg_catalog.=) k.confrelid AND pa.attnum OPERATOR(pg_catalog.=) u.parent
  JOIN pg_catalog.pg_operator AS op ON op.oid OPERATOR(pg_catalog.=) u.operator
  JOIN pg_catalog.pg_namespace AS opn ON opn.oid OPERATOR(pg_catalog.=) op.oprnamespace) AS x
WHERE k.contype OPERATOR(pg_catalog.=) 'f' AND k.convalidated AND k.conparentid OPERATOR(pg_catalog.=) 0::oid
  AND coalesce(pg_catalog.jsonb_extract_path_text(pg_catalog.to_jsonb(k.*), 'conperiod'), '') OPERATOR(pg_catalog.<>) 'true'
ORDER BY k.oid
)sql";

struct ForeignKey {
  const CarriedTable* child = nullptr;
  std::string name;
  std::string parent;
  std::string refers;
  std::string any_null;
};

Result<std::vector<ForeignKey>> read_keys(pg::Session& copy, const CarryMap& map,
                                          const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows rows, copy.query(SqlText(k_foreign_keys), {}, wait));
  std::vector<ForeignKey> keys;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto child =
        std::find_if(map.tables.begin(), map.tables.end(), [&](const CarriedTable& one) {
          return one.target.id == static_cast<std::uint32_t>(rows.integer(row, 0));
        });
    if (child == map.tables.end() || !child->origin) continue;
    const QualifiedName parent{std::string(rows.text(row, 2)), std::string(rows.text(row, 3))};
    keys.push_back({&*child, std::string(rows.text(row, 1)),
                    (rows.boolean(row, 6) ? "" : "ONLY ") + parent.quoted(),
                    std::string(rows.text(row, 4)), std::string(rows.text(row, 5))});
  }
  return keys;
}

/// Takes the orphans of one foreign key out of the copy. Yields how many.
Result<std::size_t> park(pg::Session& copy, ParkedTable& parked, const ForeignKey& key,
                         const Wait& wait) {
  const RowTexts texts(*key.child);
  for (const std::string& function : texts.functions())
    SLIPWAY_TRY(copy.execute(SqlText(function), wait));
  SLIPWAY_ASSIGN(const std::vector<SqlText> loud_again, silence(copy, key.child->target, wait));
  const SqlText take(fmt::format(
      "DELETE FROM {} AS o WHERE pg_catalog.num_nulls({}) OPERATOR(pg_catalog.=) 0"
      " AND NOT EXISTS (SELECT FROM {} AS p WHERE {}) RETURNING {}::text, pg_catalog.to_jsonb(o.*)::text",
      texts.target(), key.any_null, key.parent, key.refers, texts.key_of_old()));
  SLIPWAY_ASSIGN(const pg::Rows orphans, copy.execute(take, wait));
  std::vector<ParkedRow> rows;
  for (std::size_t row = 0; row < orphans.size(); ++row)
    rows.push_back(
        {.table = key.child->target.name,
         .operation = ParkedOperation::insert,
         .key = std::string(orphans.text(row, 0)),
         .row = std::string(orphans.text(row, 1)),
         .sqlstate = "23503",
         .message = fmt::format("the row that it refers to by {} is not in the old schema",
                                quote_identifier(key.name)),
         .position = {}});
  SLIPWAY_TRY(parked.add(rows, wait));
  for (const SqlText& statement : loud_again) SLIPWAY_TRY(copy.execute(statement, wait));
  return rows.size();
}

Status park_all(pg::Session& copy, ParkedTable& parked, const CarryMap& map,
                ReconcileReport& report, const Wait& wait) {
  SLIPWAY_ASSIGN(const std::vector<ForeignKey> keys, read_keys(copy, map, wait));
  // A parked row may leave orphans of its own; each round takes rows out, so it ends.
  for (std::size_t found = 1; found > 0;) {
    found = 0;
    for (const ForeignKey& key : keys) {
      SLIPWAY_ASSIGN(const std::size_t taken, park(copy, parked, key, wait));
      found += taken;
    }
    report.orphans_parked += static_cast<std::int64_t>(found);
  }
  return {};
}

} // namespace

Status park_orphans(pg::Session& copy, ParkedTable& parked, const CarryMap& map,
                    ReconcileReport& report, const Wait& wait) {
  SLIPWAY_ASSIGN(const std::string time_zone, time_zone_of(copy, wait));
  SLIPWAY_TRY(begin_filling(copy, time_zone, wait));
  Status done = park_all(copy, parked, map, report, wait);
  if (done) return commit(copy, wait);
  roll_back(copy);
  return done;
}

} // namespace slipway::replay
