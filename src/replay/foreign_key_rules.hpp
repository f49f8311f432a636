#pragma once

namespace slipway::replay {

/// Of each foreign key: the condition that row `o` refers to row `p`, and that it refers to any.
/// Those over periods (from 18) are left out: no single row need be the one referred to.
inline constexpr const char* k_foreign_keys = R"sql(
SELECT k.conrelid::bigint AS child, k.conname, rn.nspname, r.relname, x.refers, x.any_null,
       r.relkind OPERATOR(pg_catalog.=) 'p' AS partitioned, k.confrelid::bigint AS parent,
       k.conkey::text AS of_child, k.confkey::text AS of_parent
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

} // namespace slipway::replay
