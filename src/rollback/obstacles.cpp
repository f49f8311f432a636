// What must be known before anything slow is begun, and better still before a deploy.
#include "slipway/rollback/obstacles.hpp"

#include <fmt/format.h>

namespace slipway::rollback {

namespace {

constexpr std::string_view k_no_privilege = "42501";

constexpr const char* k_rights = R"sql(
SELECT r.rolsuper OR r.rolcreatedb, pg_catalog.pg_has_role(d.datdba, 'USAGE'),
       pg_catalog.pg_get_userbyid(d.datdba),
       r.rolsuper OR pg_catalog.pg_has_role('pg_signal_backend', 'MEMBER'),
       pg_catalog.current_setting('cron.database_name', true) OPERATOR(pg_catalog.=) d.datname::text
FROM pg_catalog.pg_roles AS r, pg_catalog.pg_database AS d
WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER AND d.datname OPERATOR(pg_catalog.=) $1::name
)sql";

constexpr const char* k_prepared = R"sql(
SELECT p.gid FROM pg_catalog.pg_prepared_xacts AS p WHERE p.database OPERATOR(pg_catalog.=) $1::name
ORDER BY 1
)sql";

/// A physical slot is of no database.
constexpr const char* k_bound = R"sql(
SELECT pg_catalog.format('the replication slot %I (%s)', s.slot_name, s.plugin)
FROM pg_catalog.pg_replication_slots AS s
WHERE s.database OPERATOR(pg_catalog.=) $1::name
  AND NOT pg_catalog.starts_with(s.slot_name::text, 'slipway')
UNION ALL
SELECT pg_catalog.format('the subscription %I', u.subname)
FROM pg_catalog.pg_subscription AS u
JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) u.subdbid
WHERE d.datname OPERATOR(pg_catalog.=) $1::name
ORDER BY 1
)sql";

constexpr const char* k_of_extensions = R"sql(
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), x.extname
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
JOIN pg_catalog.pg_depend AS d ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
  AND d.objid OPERATOR(pg_catalog.=) c.oid AND d.deptype OPERATOR(pg_catalog.=) 'e'
JOIN pg_catalog.pg_extension AS x ON x.oid OPERATOR(pg_catalog.=) d.refobjid
WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}'::"char"[])
ORDER BY 1
)sql";

constexpr const char* k_without_key = R"sql(
SELECT pg_catalog.string_agg(t.name, ', ') FROM (
  SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}'::"char"[]) AND NOT c.relispartition
    AND c.relpersistence OPERATOR(pg_catalog.<>) 't' AND n.nspname OPERATOR(pg_catalog.!~) '^pg_'
    AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema' AND n.nspname OPERATOR(pg_catalog.<>) $1::name
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indrelid OPERATOR(pg_catalog.=) c.oid
                    AND i.indisunique AND i.indisvalid AND i.indpred IS NULL)
  ORDER BY 1 LIMIT 10) AS t
)sql";

class Looking {
public:
  Looking(pg::Session& session, const std::string& database, const Wait& wait)
      : session_(session), database_(database), wait_(wait) {}

  Result<std::vector<Obstacle>> run() {
    SLIPWAY_TRY(look_at_rights());
    SLIPWAY_TRY(look_at_triggers());
    SLIPWAY_TRY(look_at_prepared());
    SLIPWAY_TRY(look_at_bound());
    return std::move(found_);
  }

private:
  Status look_at_rights() {
    SLIPWAY_ASSIGN(const auto rows, session_.query(SqlText(k_rights), {database_}, wait_));
    if (rows.size() == 0)
      return fail(ErrorCode::check_failed, fmt::format("there is no database {}", database_));
    const auto owner = rows.text(0, 2);
    if (!rows.boolean(0, 1))
      stops(fmt::format("{} belongs to {}, so this role may not rename it", database_, owner),
            fmt::format("roll back as {} or a member of it", owner));
    if (!rows.boolean(0, 0))
      stops("this role may not make and rename databases",
            fmt::format("ALTER ROLE \"{}\" CREATEDB", session_.user()));
    if (!rows.boolean(0, 3))
      to_know("this role may only end sessions of its own",
              "GRANT pg_signal_backend, unless the application connects as this role");
    if (!rows.is_null(0, 4) && rows.boolean(0, 4))
      to_know("pg_cron works in this very database: its jobs pause while it is closed",
              "cron.database_name may be another one");
    return {};
  }

  Status look_at_triggers() {
    SLIPWAY_TRY(session_.execute(SqlText("BEGIN"), wait_));
    const auto quiet =
        session_.execute(SqlText("SET LOCAL session_replication_role = replica"), wait_);
    if (!session_.usable()) return fail(quiet.error());
    SLIPWAY_TRY(session_.execute(SqlText("ROLLBACK"), wait_));
    if (quiet) return {};
    if (!quiet.error().sql || quiet.error().sql->sqlstate != k_no_privilege)
      return fail(quiet.error());
    to_know("this role may not keep triggers and foreign keys from firing while rows are carried "
            "over: the copy is without them for that time, and each foreign key is checked again "
            "while the database is closed",
            fmt::format("GRANT SET ON PARAMETER session_replication_role TO \"{}\" (from "
                        "PostgreSQL 15), or roll back as a superuser",
                        session_.user()));
    return {};
  }

  // Nobody can be asked to end one.
  Status look_at_prepared() {
    SLIPWAY_ASSIGN(const auto rows, session_.query(SqlText(k_prepared), {database_}, wait_));
    for (std::size_t row = 0; row < rows.size(); ++row) {
      stops(
          fmt::format("the prepared transaction '{}' is still in {}", rows.text(row, 0), database_),
          "COMMIT PREPARED or ROLLBACK PREPARED it");
      found_.back().code = ErrorCode::check_failed;
    }
    return {};
  }

  Status look_at_bound() {
    SLIPWAY_ASSIGN(const auto rows, session_.query(SqlText(k_bound), {database_}, wait_));
    for (std::size_t row = 0; row < rows.size(); ++row)
      to_know(fmt::format("{} is bound to this very database: it stays with the broken one",
                          rows.text(row, 0)),
              "make it again in the database that comes in its place");
    return {};
  }

  void stops(std::string message, std::string hint) {
    found_.push_back({.stops_it = true, .message = std::move(message), .hint = std::move(hint)});
  }
  void to_know(std::string message, std::string hint) {
    found_.push_back({.stops_it = false, .message = std::move(message), .hint = std::move(hint)});
  }

  pg::Session& session_;
  const std::string& database_;
  const Wait& wait_;
  std::vector<Obstacle> found_;
};

} // namespace

Result<std::vector<Obstacle>>
obstacles_to_safe_path(pg::Session& session, const std::string& database, const Wait& wait) {
  return Looking(session, database, wait).run();
}

Result<std::vector<Obstacle>>
tables_to_know_of(pg::Session& session, const std::string& history_schema, const Wait& wait) {
  std::vector<Obstacle> found;
  SLIPWAY_ASSIGN(const auto without_key,
                 session.query(SqlText(k_without_key), {history_schema}, wait));
  if (!without_key.is_null(0, 0))
    found.push_back({.stops_it = false,
                     .message = fmt::format("tables without a key are compared row by row: {}",
                                            without_key.text(0, 0)),
                     .hint = "a primary key makes a rollback of a big one much shorter"});
  SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(k_of_extensions), {}, wait));
  for (std::size_t row = 0; row < rows.size(); ++row)
    found.push_back(
        {.stops_it = false,
         .message = fmt::format("table {} belongs to the extension {}: its rows are those of the "
                                "backup",
                                rows.text(row, 0), rows.text(row, 1)),
         .hint = "what was written there since is in the database that is kept"});
  return found;
}

} // namespace slipway::rollback
