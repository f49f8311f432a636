// What of a database is to be read.
#include "table_list.hpp"

#include "slipway/base/sql_text.hpp"

#include <fmt/format.h>

namespace slipway::backup {

namespace {

// Types whose hash is one of the value alone. Others hash numbers of the catalog (enums, regclass),
// which are others after a restore, or have none (json, xml, point).
constexpr std::string_view k_hashed_by_value =
    "'{bool,char,name,int2,int4,int8,float4,float8,numeric,money,text,varchar,bpchar,bytea,date,"
    "time,timetz,timestamp,timestamptz,interval,uuid,inet,cidr,macaddr,macaddr8,jsonb,pg_lsn}'";

constexpr std::string_view k_user_schemas =
    "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'";

std::string tables_query() {
  return fmt::format(
      R"(
WITH of_extensions AS (
  SELECT d.objid FROM pg_catalog.pg_depend AS d
  WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype = 'e'
), configured AS (
  SELECT c.id, c.condition FROM pg_catalog.pg_extension AS e,
         LATERAL ROWS FROM (pg_catalog.unnest(e.extconfig), pg_catalog.unnest(e.extcondition))
           AS c(id, condition)
)
SELECT n.nspname, c.relname, c.relkind = 'r', COALESCE(pg_catalog.pg_relation_size(c.oid), 0),
       COALESCE(l.columns, ''), COALESCE(l.hashed_by_value, false), COALESCE(f.condition, '')
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN configured AS f ON f.id = c.oid,
LATERAL (
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum)
           FILTER (WHERE a.attgenerated = '') AS columns,
         pg_catalog.bool_and(s.typname = ANY ({}::pg_catalog.name[])
           AND s.typnamespace = 'pg_catalog'::pg_catalog.regnamespace) AS hashed_by_value
  FROM pg_catalog.pg_attribute AS a
  JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_type AS b ON b.oid = COALESCE(NULLIF(t.typbasetype, 0), t.oid)
  JOIN pg_catalog.pg_type AS s
    ON s.oid = CASE WHEN b.typcategory = 'A' THEN b.typelem ELSE b.oid END
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
) AS l
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND {}
AND (f.id IS NOT NULL OR c.oid NOT IN (SELECT o.objid FROM of_extensions AS o))
ORDER BY n.nspname, c.relname)",
      k_hashed_by_value, k_user_schemas);
}

Result<std::vector<std::string>> texts(pg::Session& session, const std::string& sql,
                                       const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(sql), {}, wait));
  std::vector<std::string> found;
  for (std::size_t i = 0; i < rows.size(); ++i) found.emplace_back(rows.text(i, 0));
  return found;
}

} // namespace

Result<TableList> read_table_list(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(tables_query()), {}, wait));
  constexpr int k_with_hash_of_rows = 140'000;
  const bool has_hash = session.server_version() >= k_with_hash_of_rows;
  TableList list;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    TableRows table;
    table.schema = rows.text(i, 0);
    table.name = rows.text(i, 1);
    list.to_lock.push_back(QualifiedName{table.schema, table.name}.quoted());
    if (!rows.boolean(i, 2)) continue;
    table.bytes = rows.integer(i, 3);
    table.columns = rows.text(i, 4);
    table.hash = has_hash && rows.boolean(i, 5) ? RowHash::record : RowHash::text;
    table.condition = rows.text(i, 6);
    list.with_rows.push_back(std::move(table));
  }
  return list;
}

Result<std::vector<SequenceValue>> read_sequence_values(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto names,
      session.query(
          SqlText(fmt::format(
              "SELECT n.nspname, c.relname FROM pg_catalog.pg_class AS c "
              "JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace "
              "WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND {} AND NOT EXISTS ("
              "SELECT FROM pg_catalog.pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e' "
              "AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass) ORDER BY 1, 2",
              k_user_schemas)),
          {}, wait));
  std::vector<SequenceValue> values;
  std::vector<pg::Query> queries;
  for (std::size_t i = 0; i < names.size(); ++i) {
    values.push_back({std::string(names.text(i, 0)), std::string(names.text(i, 1))});
    queries.push_back({SqlText("SELECT last_value, is_called FROM " +
                               QualifiedName{values[i].schema, values[i].name}.quoted()),
                       {}});
  }
  if (queries.empty()) return values;
  SLIPWAY_ASSIGN(const auto found, session.pipeline(queries, wait));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i].last_value = found[i].integer(0, 0);
    values[i].is_called = found[i].boolean(0, 1);
  }
  return values;
}

Result<std::vector<std::string>> read_roles(pg::Session& session, const Wait& wait) {
  return texts(session, R"(
SELECT r.rolname FROM pg_catalog.pg_roles AS r,
  (SELECT d.oid, d.datdba FROM pg_catalog.pg_database AS d
   WHERE d.datname = pg_catalog.current_database()) AS here
WHERE r.oid = here.datdba OR r.oid = 10
OR EXISTS (SELECT FROM pg_catalog.pg_db_role_setting AS s
           WHERE s.setrole = r.oid AND s.setdatabase = here.oid)
OR EXISTS (SELECT FROM pg_catalog.pg_shdepend AS p
           WHERE p.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND p.refobjid = r.oid
           AND (p.dbid = here.oid OR (p.dbid = 0 AND p.objid = here.oid
                AND p.classid = 'pg_catalog.pg_database'::pg_catalog.regclass)))
ORDER BY 1)",
               wait);
}

Result<Moment> read_moment(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(
          SqlText(
              "SELECT CASE WHEN pg_catalog.pg_is_in_recovery() "
              "THEN pg_catalog.pg_last_wal_replay_lsn() "
              "ELSE pg_catalog.pg_current_wal_insert_lsn() END::pg_catalog.text, "
              "pg_catalog.pg_current_snapshot()::pg_catalog.text, "
              "pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AND "
              "pg_catalog.has_function_privilege('pg_catalog.pg_control_checkpoint()', 'EXECUTE')"),
          {}, wait));
  Moment moment{.lsn = std::string(rows.text(0, 0)), .snapshot = std::string(rows.text(0, 1))};
  if (!rows.boolean(0, 2)) return moment;
  SLIPWAY_ASSIGN(const auto place,
                 session.query(SqlText("SELECT s.system_identifier, c.timeline_id "
                                       "FROM pg_catalog.pg_control_system() AS s, "
                                       "pg_catalog.pg_control_checkpoint() AS c"),
                               {}, wait));
  moment.system = place.text(0, 0);
  moment.timeline = place.text(0, 1);
  return moment;
}

Result<std::vector<std::string>> read_what_is_left_out(pg::Session& session, const Wait& wait) {
  return texts(session,
               fmt::format(R"(
SELECT pg_catalog.format('foreign table %I.%I: its rows are on another server', n.nspname, c.relname)
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'f' AND {0}
UNION ALL
SELECT pg_catalog.format('subscription %I: a restored one would take from the publisher again', s.subname)
FROM pg_catalog.pg_subscription AS s JOIN pg_catalog.pg_database AS d ON d.oid = s.subdbid
WHERE d.datname = pg_catalog.current_database()
UNION ALL
SELECT pg_catalog.format('replication slot %I: slots belong to the cluster', r.slot_name)
FROM pg_catalog.pg_replication_slots AS r WHERE r.database = pg_catalog.current_database()
UNION ALL
SELECT pg_catalog.format('prepared transaction %L: what it did is not committed', x.gid)
FROM pg_catalog.pg_prepared_xacts AS x WHERE x.database = pg_catalog.current_database()
ORDER BY 1)",
                           k_user_schemas),
               wait);
}

} // namespace slipway::backup
