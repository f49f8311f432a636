#include "slipway/rollback/obstacles.hpp"

#include <array>

namespace slipway::rollback {

namespace {

struct Question {
  bool stops_it;
  /// One text: what is in the way, or NULL. $1 is the schema of the history.
  const char* sql;
  const char* hint;
};

constexpr std::array<Question, 7> k_questions{{
    {true, R"sql(
SELECT CASE WHEN NOT (r.rolsuper OR r.rolcreatedb AND pg_catalog.pg_has_role(d.datdba, 'MEMBER'))
       THEN pg_catalog.format('%I may not rename the database %I', CURRENT_USER, d.datname) END,
       $1::text
FROM pg_catalog.pg_roles AS r, pg_catalog.pg_database AS d
WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
)sql",
     "make it the owner of the database and grant CREATEDB"},
    {true, R"sql(
SELECT 'prepared transactions: ' OPERATOR(pg_catalog.||) pg_catalog.string_agg(pg_catalog.quote_literal(p.gid), ', '), $1::text
FROM pg_catalog.pg_prepared_xacts AS p WHERE p.database OPERATOR(pg_catalog.=) pg_catalog.current_database()
)sql",
     "COMMIT PREPARED or ROLLBACK PREPARED them"},
    {true, R"sql(
SELECT 'pg_cron keeps a connection to ' OPERATOR(pg_catalog.||) pg_catalog.current_database(), $1::text
WHERE pg_catalog.current_setting('cron.database_name', true) OPERATOR(pg_catalog.=) pg_catalog.current_database()
)sql",
     "a database that somebody is connected to cannot be renamed; pg_cron can live in another one"},
    {false, R"sql(
SELECT 'subscriptions stay with the broken database: ' OPERATOR(pg_catalog.||)
       pg_catalog.string_agg(pg_catalog.quote_ident(s.subname), ', '), $1::text
FROM pg_catalog.pg_subscription AS s, pg_catalog.pg_database AS d
WHERE d.oid OPERATOR(pg_catalog.=) s.subdbid AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
)sql",
     "they are to be made again after a rollback"},
    {false, R"sql(
SELECT 'replication slots of others stay with the broken database: ' OPERATOR(pg_catalog.||)
       pg_catalog.string_agg(pg_catalog.quote_ident(s.slot_name), ', '), $1::text
FROM pg_catalog.pg_replication_slots AS s
WHERE s.database OPERATOR(pg_catalog.=) pg_catalog.current_database() AND s.slot_name OPERATOR(pg_catalog.!~~) 'slipway%'
)sql",
     "those who read from them have to begin anew after a rollback"},
    {false, R"sql(
SELECT 'tables without a key are compared row by row: ' OPERATOR(pg_catalog.||) pg_catalog.string_agg(t.name, ', '), $1::text
FROM (SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
      FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}'::"char"[]) AND NOT c.relispartition
        AND c.relpersistence OPERATOR(pg_catalog.<>) 't'
        AND n.nspname OPERATOR(pg_catalog.!~) '^pg_' AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema'
        AND n.nspname OPERATOR(pg_catalog.<>) $1::name
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indrelid OPERATOR(pg_catalog.=) c.oid
                        AND i.indisunique AND i.indisvalid AND i.indpred IS NULL)
      ORDER BY 1 LIMIT 10) AS t
)sql",
     "a primary key makes a rollback of a big one much shorter"},
    {false, R"sql(
SELECT 'this role does not see who else is connected, and may not end the sessions of others', $1::text
FROM pg_catalog.pg_roles AS r
WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER AND NOT r.rolsuper
  AND NOT pg_catalog.pg_has_role('pg_signal_backend', 'MEMBER')
)sql",
     "GRANT pg_signal_backend, unless the application connects as this role"},
}};

} // namespace

Result<std::vector<Obstacle>>
obstacles_to_safe_path(pg::Session& session, const std::string& history_schema, const Wait& wait) {
  std::vector<Obstacle> found;
  for (const auto& question : k_questions) {
    SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(question.sql), {history_schema}, wait));
    if (rows.size() == 0 || rows.is_null(0, 0)) continue;
    found.push_back({question.stops_it, std::string(rows.text(0, 0)), question.hint});
  }
  return found;
}

} // namespace slipway::rollback
