// Tables, columns and keys from the catalogs, in two questions and one snapshot.
#include "slipway/base/text.hpp"
#include "slipway/replay/relation_map.hpp"

#include <charconv>
#include <map>

namespace slipway::replay {

namespace {

constexpr const char* k_columns = R"sql(
SELECT c.oid::bigint, n.nspname, c.relname, c.relkind OPERATOR(pg_catalog.=) 'p', c.relispartition,
       c.relpersistence OPERATOR(pg_catalog.=) 'u', c.relreplident,
       a.attnum, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
       COALESCE(tn.nspname OPERATOR(pg_catalog.=) 'pg_catalog' AND t.typcollation OPERATOR(pg_catalog.=) 0::oid
                AND t.typtype OPERATOR(pg_catalog.=) 'b'
                AND t.typname OPERATOR(pg_catalog.!~) '^_?reg', false),
       COALESCE(a.attgenerated OPERATOR(pg_catalog.<>) '', false), COALESCE(a.attidentity, ''),
       COALESCE(pg_catalog.pg_get_expr(d.adbin, d.adrelid), '')
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) c.oid
  AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid OPERATOR(pg_catalog.=) a.attrelid
  AND d.adnum OPERATOR(pg_catalog.=) a.attnum
LEFT JOIN pg_catalog.pg_type AS t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
LEFT JOIN pg_catalog.pg_namespace AS tn ON tn.oid OPERATOR(pg_catalog.=) t.typnamespace
WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}'::"char"[])
  AND c.relpersistence OPERATOR(pg_catalog.<>) 't'
  AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema' AND n.nspname OPERATOR(pg_catalog.!~) '^pg_'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS e
    WHERE e.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
      AND e.objid OPERATOR(pg_catalog.=) c.oid AND e.deptype OPERATOR(pg_catalog.=) 'e')
ORDER BY 1, a.attnum
)sql";

constexpr const char* k_keys = R"sql(
SELECT i.indrelid::bigint,
       (SELECT pg_catalog.string_agg(k.number::text, ',' ORDER BY k.place)
        FROM pg_catalog.unnest(i.indkey) WITH ORDINALITY AS k(number, place)
        WHERE k.place OPERATOR(pg_catalog.<=) i.indnkeyatts)
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS x ON x.oid OPERATOR(pg_catalog.=) i.indexrelid
WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
  AND NOT EXISTS (SELECT FROM pg_catalog.unnest(i.indkey) WITH ORDINALITY AS k(number, place)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) i.indrelid
      AND a.attnum OPERATOR(pg_catalog.=) k.number
    WHERE k.place OPERATOR(pg_catalog.<=) i.indnkeyatts AND NOT a.attnotnull)
ORDER BY 1, NOT i.indisprimary, i.indnkeyatts, x.relname
)sql";

/// Types and expressions are told in full only where nothing is found by itself. The setting lasts
/// until the transaction ends, so what the caller had is put back.
constexpr const char* k_look_nowhere =
    "SELECT pg_catalog.current_setting('search_path'), pg_catalog.set_config('search_path', '', true)";
constexpr const char* k_look_again = "SELECT pg_catalog.set_config('search_path', $1::text, true)";

std::vector<int> numbers_in(std::string_view list) {
  std::vector<int> numbers;
  const char* at = list.data();
  const char* const end = at + list.size();
  while (at < end) {
    int number = 0;
    at = std::from_chars(at, end, number).ptr;
    numbers.push_back(number);
    if (at < end) ++at;
  }
  return numbers;
}

Column column_of(const pg::Rows& rows, std::size_t row) {
  Column column;
  column.number = static_cast<int>(rows.integer(row, 7));
  column.name = rows.text(row, 8);
  column.type = rows.text(row, 9);
  column.plain = rows.boolean(row, 10);
  column.computed = rows.boolean(row, 11);
  column.identity = rows.text(row, 12);
  if (!column.computed) column.fallback = rows.text(row, 13);
  return column;
}

Relation relation_of(const pg::Rows& rows, std::size_t row) {
  Relation relation;
  relation.id = static_cast<std::uint32_t>(rows.integer(row, 0));
  relation.name = {std::string(rows.text(row, 1)), std::string(rows.text(row, 2))};
  relation.partitioned = rows.boolean(row, 3);
  relation.partition = rows.boolean(row, 4);
  relation.unlogged = rows.boolean(row, 5);
  relation.replica_identity = rows.text(row, 6);
  return relation;
}

/// A name that JSON cannot hold would come back as another one.
Status check_names(const Relation& relation) {
  const auto is_text = [](std::string_view name) { return !find_invalid_utf8(name); };
  bool good = is_text(relation.name.schema) && is_text(relation.name.name);
  for (const Column& column : relation.columns)
    good = good && is_text(column.name) && is_text(column.type) && is_text(column.fallback);
  if (good) return {};
  return fail(ErrorCode::unsupported, "table " + std::to_string(relation.id) +
                                          " or a column of it has a name that is no UTF-8");
}

Result<RelationMap> read_inside(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows columns, session.query(SqlText(k_columns), {}, wait));
  RelationMap map;
  for (std::size_t row = 0; row < columns.size(); ++row) {
    const auto id = static_cast<std::uint32_t>(columns.integer(row, 0));
    if (map.relations.empty() || map.relations.back().id != id)
      map.relations.push_back(relation_of(columns, row));
    if (!columns.is_null(row, 7)) map.relations.back().columns.push_back(column_of(columns, row));
  }
  SLIPWAY_ASSIGN(const pg::Rows keys, session.query(SqlText(k_keys), {}, wait));
  std::map<std::uint32_t, std::vector<std::vector<int>>> found;
  for (std::size_t row = 0; row < keys.size(); ++row)
    found[static_cast<std::uint32_t>(keys.integer(row, 0))].push_back(
        numbers_in(keys.text(row, 1)));
  for (Relation& relation : map.relations) {
    relation.keys = std::move(found[relation.id]);
    SLIPWAY_TRY(check_names(relation));
  }
  return map;
}

Result<RelationMap> read_with_full_names(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows before, session.query(SqlText(k_look_nowhere), {}, wait));
  SLIPWAY_ASSIGN(RelationMap map, read_inside(session, wait));
  SLIPWAY_TRY(session.query(SqlText(k_look_again), {std::string(before.text(0, 0))}, wait));
  return map;
}

} // namespace

Result<RelationMap> read_relation_map(pg::Session& session, const Wait& wait) {
  if (session.transaction_status() == pg::TransactionStatus::in_transaction)
    return read_with_full_names(session, wait);
  SLIPWAY_TRY(session.execute(SqlText("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"), wait));
  Result<RelationMap> map = read_with_full_names(session, wait);
  if (!session.usable()) return map;
  Result<pg::Rows> ended = session.execute(SqlText("ROLLBACK"), wait);
  if (map && !ended) return fail(std::move(ended).error());
  return map;
}

} // namespace slipway::replay
