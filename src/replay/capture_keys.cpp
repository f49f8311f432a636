// Triggers that note which rows were written; the values are in the database that a rollback keeps.
#include "slipway/replay/capture_keys.hpp"

#include "key_trigger.hpp"
#include "quiet_session.hpp"
#include "slipway/os/clock.hpp"
#include "slipway/replay/capture_slot.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

namespace slipway::replay {

namespace {

constexpr std::string_view k_prefix = "slipway_keys_";
constexpr Millis k_pause{50};

constexpr std::string_view k_tables = R"sql(
CREATE TABLE {0}.captured_table (relation oid PRIMARY KEY, columns smallint[] NOT NULL, settings text NOT NULL);
CREATE TABLE {0}.captured_key (
  number bigint GENERATED ALWAYS AS IDENTITY,
  transaction xid8 NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  relation oid NOT NULL,
  operation text NOT NULL,
  key jsonb))sql";

/// So that a key is written as a rollback reads it, whatever the writer's session says.
constexpr std::string_view k_pins =
    " SET datestyle = 'ISO, MDY' SET intervalstyle = 'postgres' SET timezone = {}"
    " SET extra_float_digits = 1 SET bytea_output = 'hex'";

/// Of each table: whether it and its partitions are the role's own, whether values of its key can
/// be told by their text, and whether that depends on settings. Domains count as what they are of.
constexpr const char* k_facts = R"sql(
SELECT t.value OPERATOR(pg_catalog.->>) 'id',
  NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c
    WHERE (c.oid OPERATOR(pg_catalog.=) (t.value OPERATOR(pg_catalog.->>) 'id')::pg_catalog.oid
           OR c.oid IN (SELECT p.relid FROM pg_catalog.pg_partition_tree(
                (t.value OPERATOR(pg_catalog.->>) 'id')::pg_catalog.oid::pg_catalog.regclass) AS p))
      AND NOT pg_catalog.pg_has_role(c.relowner, 'USAGE')),
  k.known, k.pinned
FROM pg_catalog.jsonb_array_elements($1::jsonb) AS t(value), LATERAL (
  WITH RECURSIVE kinds(id) AS (
    SELECT a.atttypid FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid OPERATOR(pg_catalog.=) (t.value OPERATOR(pg_catalog.->>) 'id')::pg_catalog.oid
      AND pg_catalog.to_jsonb(a.attnum::integer) OPERATOR(pg_catalog.<@) (t.value OPERATOR(pg_catalog.->) 'key')
    UNION
    SELECT y.typbasetype FROM kinds AS d JOIN pg_catalog.pg_type AS y
      ON y.oid OPERATOR(pg_catalog.=) d.id AND y.typtype OPERATOR(pg_catalog.=) 'd')
  SELECT pg_catalog.bool_and(y.typtype OPERATOR(pg_catalog.=) 'e' OR y.typname OPERATOR(pg_catalog.=) ANY (
             '{int2,int4,int8,oid,numeric,bool,text,varchar,bpchar,name,char,uuid,inet,cidr,macaddr,bit,varbit,
               date,time,timetz,timestamp,timestamptz,interval,float4,float8,bytea}')
             AND y.typnamespace OPERATOR(pg_catalog.=) 'pg_catalog'::pg_catalog.regnamespace) AS known,
         pg_catalog.bool_or(y.typname OPERATOR(pg_catalog.=) ANY (
             '{date,time,timetz,timestamp,timestamptz,interval,float4,float8,bytea}')) AS pinned
  FROM kinds AS d JOIN pg_catalog.pg_type AS y ON y.oid OPERATOR(pg_catalog.=) d.id
  WHERE y.typtype OPERATOR(pg_catalog.<>) 'd') AS k
)sql";

/// The columns of keys as they are now, and what their function does.
constexpr std::string_view k_made = R"sql(
SELECT t.relation::bigint, pg_catalog.cardinality(t.columns), t.settings, p.prosrc, a.attnum::integer, a.attname, a.atttypid::text
FROM {0}.captured_table AS t
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) t.relation
JOIN pg_catalog.pg_namespace AS n ON n.nspname OPERATOR(pg_catalog.=) {1}
JOIN pg_catalog.pg_proc AS p ON p.pronamespace OPERATOR(pg_catalog.=) n.oid
  AND p.proname OPERATOR(pg_catalog.=) ('capture_keys_' OPERATOR(pg_catalog.||) t.relation::text)
LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) t.relation
  AND a.attnum OPERATOR(pg_catalog.=) ANY (t.columns) AND NOT a.attisdropped
ORDER BY 1, a.attnum
)sql";

/// Those that are not clones of another one.
constexpr std::string_view k_triggers = R"sql(
SELECT pg_catalog.format('%I.%I', m.nspname, c.relname), t.tgname
FROM pg_catalog.pg_trigger AS t
JOIN pg_catalog.pg_proc AS p ON p.oid OPERATOR(pg_catalog.=) t.tgfoid
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) t.tgrelid
JOIN pg_catalog.pg_namespace AS m ON m.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE n.nspname OPERATOR(pg_catalog.=) $1::name AND p.proname OPERATOR(pg_catalog.~) '^capture_keys_[0-9]+$'
  AND t.tgparentid OPERATOR(pg_catalog.=) 0::pg_catalog.oid
ORDER BY c.oid, t.tgname
)sql";

constexpr const char* k_functions = R"sql(
SELECT pg_catalog.format('%I.%I', n.nspname, p.proname) FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
WHERE n.nspname OPERATOR(pg_catalog.=) $1::name AND p.proname OPERATOR(pg_catalog.~) '^capture_keys_[0-9]+$'
)sql";

/// A table and each of its partitions must have the trigger for rows, and those that hold rows or
/// can be named the one for TRUNCATE. Partitions that are younger have only the first.
constexpr std::string_view k_state = R"sql(
SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE EXISTS (
  SELECT FROM (SELECT c.oid UNION SELECT p.relid FROM pg_catalog.pg_partition_tree(c.oid::pg_catalog.regclass) AS p) AS f(id)
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_trigger AS g WHERE g.tgrelid OPERATOR(pg_catalog.=) f.id
    AND g.tgname OPERATOR(pg_catalog.=) ('slipway_keys_' OPERATOR(pg_catalog.||) c.oid::text)::name
    AND g.tgenabled OPERATOR(pg_catalog.=) ANY ('{{A,O}}'::"char"[])))),
  (SELECT GREATEST(s.reltuples, 0)::bigint FROM pg_catalog.pg_class AS s
   WHERE s.oid OPERATOR(pg_catalog.=) {1}::pg_catalog.regclass),
  pg_catalog.pg_total_relation_size({1}::pg_catalog.regclass)
FROM {0}.captured_table AS t JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) t.relation
)sql";

bool is_busy(const Error& error) {
  return error.is_lock_timeout() || error.is_deadlock();
}

/// Runs statements in a transaction of their own as soon as the locks can be had.
class Locking {
public:
  Locking(pg::Session& session, const LockPatience& patience, const Wait& wait)
      : session_(session), patience_(patience), wait_(wait), budget_(wait.within(patience.budget)) {
  }

  Status run(const std::string& statements, const std::string& table) {
    for (;;) {
      Status done = once(statements);
      if (done) return {};
      roll_back(session_);
      if (!session_.usable() || !is_busy(done.error())) return done;
      if (budget_.deadline.passed() || wait_.stop_requested())
        return fail(Error(ErrorCode::lock_timeout,
                          fmt::format("{} is in use, so its triggers cannot be seen to", table))
                        .with_hint("try again when there is less to do, or give it more time with "
                                   "--lock-timeout and apply.lock_budget"));
      os::pause(k_pause, budget_);
    }
  }

private:
  Status once(const std::string& statements) {
    SLIPWAY_TRY(session_.execute(
        SqlText(fmt::format("BEGIN; SET LOCAL lock_timeout = '{}ms'",
                            std::max<std::int64_t>(patience_.lock_timeout.count(), 1))),
        wait_));
    SLIPWAY_TRY(session_.execute(SqlText(statements), wait_));
    return commit(session_, wait_);
  }

  pg::Session& session_;
  const LockPatience& patience_;
  const Wait& wait_;
  const Wait budget_;
};

std::string facts_asked(const std::vector<const Relation*>& tables) {
  std::string json;
  for (const auto* one : tables)
    json += fmt::format("{}{{\"id\":{},\"key\":[{}]}}", json.empty() ? "" : ",", one->id,
                        fmt::join(one->keys.front(), ","));
  return "[" + json + "]";
}

std::vector<KeyColumn> key_columns(const KeyedTable& keyed,
                                   const std::map<int, std::string>& types) {
  std::vector<KeyColumn> columns;
  for (const auto& column : keyed.table.columns)
    if (std::find(keyed.key.begin(), keyed.key.end(), column.number) != keyed.key.end())
      columns.push_back({column.number, column.name, types.at(column.number)});
  return columns;
}

Result<std::map<int, std::string>> types_of(pg::Session& session, const KeyedTable& keyed,
                                            const Wait& wait) {
  SLIPWAY_ASSIGN(
      const pg::Rows rows,
      session.query(
          SqlText("SELECT a.attnum::integer, a.atttypid::text FROM pg_catalog.pg_attribute AS a "
                  "WHERE a.attrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid"),
          {std::to_string(keyed.table.id)}, wait));
  std::map<int, std::string> types;
  for (std::size_t row = 0; row < rows.size(); ++row)
    types.emplace(static_cast<int>(rows.integer(row, 0)), rows.text(row, 1));
  return types;
}

/// TRUNCATE of a partition is no TRUNCATE of its root: each has a trigger, while one for rows
/// comes to the partitions by itself.
std::string truncate_triggers(const std::string& schema, const KeyedTable& keyed,
                              const std::vector<std::string>& family) {
  std::string statements;
  const auto name = truncate_trigger(keyed.table.id);
  for (const auto& one : family)
    statements += fmt::format("CREATE TRIGGER {0} AFTER TRUNCATE ON {1} FOR EACH STATEMENT EXECUTE "
                              "FUNCTION {2}();ALTER TABLE ONLY {1} ENABLE ALWAYS TRIGGER {0};",
                              name, one, key_function(schema, keyed.table.id));
  return statements;
}

Result<std::vector<std::string>> family_of(pg::Session& session, const KeyedTable& keyed,
                                           const Wait& wait) {
  SLIPWAY_ASSIGN(
      const pg::Rows rows,
      session.query(
          SqlText("SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM (SELECT "
                  "$1::pg_catalog.oid UNION SELECT p.relid FROM "
                  "pg_catalog.pg_partition_tree($1::pg_catalog.oid::pg_catalog.regclass) AS p) AS "
                  "f(id) JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) f.id JOIN "
                  "pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace "
                  "WHERE c.relkind OPERATOR(pg_catalog.<>) 'f' ORDER BY c.oid"),
          {std::to_string(keyed.table.id)}, wait));
  std::vector<std::string> family;
  for (std::size_t row = 0; row < rows.size(); ++row) family.emplace_back(rows.text(row, 0));
  return family;
}

/// Before 15 a partition's clone of a trigger is the system's own, and only a superuser may have it
/// fire always. There it fires for everybody but replicas.
Result<bool> may_set_all(pg::Session& session, const KeyedTable& keyed, const Wait& wait) {
  constexpr int k_clones_are_users = 150000;
  if (!keyed.table.partitioned || session.server_version() >= k_clones_are_users) return true;
  SLIPWAY_ASSIGN(const pg::Rows rows,
                 session.query(SqlText("SELECT r.rolsuper FROM pg_catalog.pg_roles AS r WHERE "
                                       "r.rolname OPERATOR(pg_catalog.=) CURRENT_USER"),
                               {}, wait));
  return rows.boolean(0, 0);
}

Status arm_table(pg::Session& session, const std::string& schema, const KeyedTable& keyed,
                 const std::string& settings, Locking& locking, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto types, types_of(session, keyed, wait));
  SLIPWAY_ASSIGN(const auto family, family_of(session, keyed, wait));
  const auto columns = key_columns(keyed, types);
  const auto id = keyed.table.id;
  const auto body = key_function_body(schema, id, columns, keyed.key.size());
  const auto table = keyed.table.name.quoted();
  SLIPWAY_ASSIGN(const bool all, may_set_all(session, keyed, wait));
  return locking.run(
      fmt::format("{0};"
                  "CREATE TRIGGER {1} AFTER INSERT OR UPDATE OR DELETE ON {2} FOR EACH ROW EXECUTE "
                  "FUNCTION {3}();ALTER TABLE {9}{2} ENABLE ALWAYS TRIGGER {1};{4}"
                  "INSERT INTO {5}.captured_table (relation, columns, settings) VALUES ({6}, "
                  "'{{{7}}}', {8})",
                  make_key_function(schema, id, body, settings), key_trigger(id), table,
                  key_function(schema, id), truncate_triggers(schema, keyed, family),
                  quote_identifier(schema), id, fmt::join(keyed.key, ","), quote_literal(settings),
                  all ? "" : "ONLY "),
      table);
}

} // namespace

std::string key_capture_name(const std::string& run) {
  return capture_name("keys_" + run);
}

bool is_key_capture(std::string_view name) {
  return name.starts_with(k_prefix);
}

Result<KeyCapturePlan> plan_key_capture(pg::Session& session, const RelationMap& map,
                                        const std::vector<std::string>& leave_out,
                                        const Wait& wait) {
  KeyCapturePlan plan;
  std::vector<const Relation*> asked;
  for (const auto& one : map.relations) {
    if (one.partition ||
        std::find(leave_out.begin(), leave_out.end(), one.name.schema) != leave_out.end())
      continue;
    if (one.keys.empty())
      plan.left_out.push_back({one.name, "it has no key"});
    else if (one.unlogged)
      plan.left_out.push_back({one.name, "it is unlogged"});
    else
      asked.push_back(&one);
  }
  SLIPWAY_ASSIGN(const pg::Rows facts, session.query(SqlText(k_facts), {facts_asked(asked)}, wait));
  std::map<std::string, std::size_t> rows;
  for (std::size_t row = 0; row < facts.size(); ++row) rows.emplace(facts.text(row, 0), row);
  for (const auto* one : asked) {
    const auto row = rows.find(std::to_string(one->id));
    if (row == rows.end()) continue;
    if (!facts.boolean(row->second, 1))
      plan.left_out.push_back({one->name, "it belongs to another role"});
    else if (!facts.boolean(row->second, 2))
      plan.left_out.push_back({one->name, "its key is of a type that is not told by its text"});
    else
      plan.tables.push_back({*one, one->keys.front(), facts.boolean(row->second, 3)});
  }
  return plan;
}

Result<Lsn> arm_key_capture(pg::Session& session, const std::string& schema,
                            const KeyCapturePlan& plan, const LockPatience& patience,
                            const Wait& wait) {
  SLIPWAY_ASSIGN(const auto zone, time_zone_of(session, wait));
  const auto pins = fmt::format(k_pins, quote_literal(zone));
  SLIPWAY_TRY(session.execute(SqlText(fmt::format(k_tables, quote_identifier(schema))), wait));
  Locking locking(session, patience, wait);
  for (const auto& one : plan.tables) {
    Status armed =
        arm_table(session, schema, one, one.pinned ? pins : std::string(), locking, wait);
    if (armed) continue;
    Error error = std::move(armed).error();
    if (session.usable())
      if (const auto dropped = drop_key_capture(session, schema, patience, wait); !dropped)
        error.notes.push_back("and what was made for it is still there: " +
                              dropped.error().message);
    return fail(std::move(error));
  }
  SLIPWAY_ASSIGN(
      const pg::Rows since,
      session.query(SqlText("SELECT pg_catalog.pg_current_wal_insert_lsn()::text"), {}, wait));
  return lsn_from(since.text(0, 0)).value_or(0);
}

Status refresh_key_capture(pg::Session& session, const std::string& schema, const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows rows,
                 session.query(SqlText(fmt::format(k_made, quote_identifier(schema),
                                                   quote_literal(schema) + "::name")),
                               {}, wait));
  for (std::size_t row = 0; row < rows.size();) {
    const auto first = row;
    const auto id = static_cast<std::uint32_t>(rows.integer(row, 0));
    std::vector<KeyColumn> columns;
    for (; row < rows.size() && rows.integer(row, 0) == rows.integer(first, 0); ++row)
      if (!rows.is_null(row, 4))
        columns.push_back({static_cast<int>(rows.integer(row, 4)), std::string(rows.text(row, 5)),
                           std::string(rows.text(row, 6))});
    const auto body =
        key_function_body(schema, id, columns, static_cast<std::size_t>(rows.integer(first, 1)));
    if (rows.text(first, 3) == body) continue;
    SLIPWAY_TRY(session.execute(
        SqlText(make_key_function(schema, id, body, std::string(rows.text(first, 2)))), wait));
  }
  return {};
}

Status drop_key_capture(pg::Session& session, const std::string& schema,
                        const LockPatience& patience, const Wait& wait) {
  Locking locking(session, patience, wait);
  SLIPWAY_ASSIGN(const pg::Rows triggers,
                 session.query(SqlText(std::string(k_triggers)), {schema}, wait));
  for (std::size_t row = 0; row < triggers.size(); ++row)
    SLIPWAY_TRY(locking.run(fmt::format("DROP TRIGGER IF EXISTS {} ON {}",
                                        quote_identifier(std::string(triggers.text(row, 1))),
                                        triggers.text(row, 0)),
                            std::string(triggers.text(row, 0))));
  SLIPWAY_ASSIGN(const pg::Rows functions, session.query(SqlText(k_functions), {schema}, wait));
  for (std::size_t row = 0; row < functions.size(); ++row)
    SLIPWAY_TRY(session.execute(
        SqlText(fmt::format("DROP FUNCTION IF EXISTS {}()", functions.text(row, 0))), wait));
  const auto place = quote_identifier(schema);
  SLIPWAY_ASSIGN(const pg::Rows there,
                 session.query(SqlText("SELECT pg_catalog.to_regclass($1) IS NOT NULL OR "
                                       "pg_catalog.to_regclass($2) IS NOT NULL"),
                               {place + ".captured_key", place + ".captured_table"}, wait));
  if (!there.boolean(0, 0)) return {};
  return locking.run(
      fmt::format("DROP TABLE IF EXISTS {0}.captured_key, {0}.captured_table", place),
      place + ".captured_key");
}

Result<KeyCaptureState> key_capture_state(pg::Session& session, const std::string& schema,
                                          const Wait& wait) {
  const auto place = quote_identifier(schema);
  SLIPWAY_ASSIGN(const pg::Rows there,
                 session.query(SqlText("SELECT pg_catalog.to_regclass($1) IS NOT NULL AND "
                                       "pg_catalog.to_regclass($2) IS NOT NULL"),
                               {place + ".captured_key", place + ".captured_table"}, wait));
  if (!there.boolean(0, 0)) return KeyCaptureState();
  SLIPWAY_ASSIGN(
      const pg::Rows rows,
      session.query(SqlText(fmt::format(k_state, place, quote_literal(place + ".captured_key"))),
                    {}, wait));
  return KeyCaptureState{.is_there = true,
                         .tables = rows.integer(0, 0),
                         .silent = rows.integer(0, 1),
                         .changes = rows.integer(0, 2),
                         .bytes = rows.integer(0, 3)};
}

} // namespace slipway::replay
