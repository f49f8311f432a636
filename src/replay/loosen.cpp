// A copy whose tables take any row, until they are what they were again.
#include "slipway/replay/loosen.hpp"

#include "foreign_key_rules.hpp"
#include "quiet_session.hpp"
#include "slipway/base/sql_text.hpp"

#include <fmt/format.h>
#include <vector>

namespace slipway::replay {

namespace {

constexpr std::string_view k_no_privilege = "42501";

/// What is taken off, and what puts it back. Those that are disabled, or fire for replicas only, do
/// not fire here. Clones of a foreign key go and come with it.
constexpr const char* k_off_and_on = R"sql(
SELECT pg_catalog.format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', t.tgrelid::pg_catalog.regclass, t.tgname),
       pg_catalog.format('ALTER TABLE ONLY %s ENABLE %sTRIGGER %I', t.tgrelid::pg_catalog.regclass,
                         CASE t.tgenabled WHEN 'A' THEN 'ALWAYS ' ELSE '' END, t.tgname), 1
FROM pg_catalog.pg_trigger AS t
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) t.tgrelid
WHERE NOT t.tgisinternal AND t.tgenabled OPERATOR(pg_catalog.=) ANY ('{O,A}'::"char"[])
  AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}'::"char"[])
UNION ALL
SELECT pg_catalog.format('ALTER TABLE ONLY %s DISABLE RULE %I', r.ev_class::pg_catalog.regclass, r.rulename),
       pg_catalog.format('ALTER TABLE ONLY %s ENABLE %sRULE %I', r.ev_class::pg_catalog.regclass,
                         CASE r.ev_enabled WHEN 'A' THEN 'ALWAYS ' ELSE '' END, r.rulename), 1
FROM pg_catalog.pg_rewrite AS r
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) r.ev_class
WHERE r.ev_enabled OPERATOR(pg_catalog.=) ANY ('{O,A}'::"char"[]) AND r.ev_type OPERATOR(pg_catalog.<>) '1'
  AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}'::"char"[])
UNION ALL
SELECT pg_catalog.format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::pg_catalog.regclass, k.conname),
       pg_catalog.format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.conrelid::pg_catalog.regclass, k.conname,
                         pg_catalog.pg_get_constraintdef(k.oid))
       OPERATOR(pg_catalog.||) COALESCE(pg_catalog.format('; COMMENT ON CONSTRAINT %I ON %s IS %L', k.conname,
                         k.conrelid::pg_catalog.regclass, pg_catalog.obj_description(k.oid, 'pg_constraint')), ''), 2
FROM pg_catalog.pg_constraint AS k
WHERE k.contype OPERATOR(pg_catalog.=) 'f' AND k.conparentid OPERATOR(pg_catalog.=) 0::pg_catalog.oid
ORDER BY 3
)sql";

/// Tables of others, and triggers that only a superuser may switch off: clones of partitions,
/// before 15.
constexpr const char* k_not_to_be_loosened = R"sql(
SELECT pg_catalog.format('%I.%I belongs to another role', n.nspname, c.relname)
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}'::"char"[]) AND c.relpersistence OPERATOR(pg_catalog.<>) 't'
  AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema' AND n.nspname OPERATOR(pg_catalog.!~) '^pg_'
  AND NOT pg_catalog.pg_has_role(c.relowner, 'USAGE')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS e
    WHERE e.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
      AND e.objid OPERATOR(pg_catalog.=) c.oid AND e.deptype OPERATOR(pg_catalog.=) 'e')
UNION ALL
SELECT pg_catalog.format('before PostgreSQL 15 only a superuser may switch off the trigger %I of the partition %s',
                         t.tgname, t.tgrelid::pg_catalog.regclass)
FROM pg_catalog.pg_trigger AS t
JOIN pg_catalog.pg_trigger AS p ON p.oid OPERATOR(pg_catalog.=) t.tgparentid
WHERE t.tgisinternal AND NOT p.tgisinternal AND t.tgenabled OPERATOR(pg_catalog.=) ANY ('{O,A}'::"char"[])
  AND pg_catalog.obj_description(t.tgfoid, 'pg_proc') IS DISTINCT FROM 'capture of slipway'
ORDER BY 1 LIMIT 1
)sql";

Status run(pg::Session& session, const std::string& sql, const Wait& wait) {
  SLIPWAY_TRY(session.execute(SqlText(sql), wait));
  return {};
}

Status take_off(pg::Session& copy, const std::string& place, const Wait& wait) {
  // Names are told in full only where nothing is found by itself.
  SLIPWAY_TRY(run(copy, "SET LOCAL search_path = ''", wait));
  SLIPWAY_TRY(run(copy,
                  fmt::format("CREATE TABLE {0}.loosened (number bigint GENERATED ALWAYS AS "
                              "IDENTITY PRIMARY KEY, again text NOT NULL); CREATE TABLE "
                              "{0}.loosened_key AS {1}",
                              place, k_foreign_keys),
                  wait));
  SLIPWAY_ASSIGN(const pg::Rows all, copy.execute(SqlText(k_off_and_on), wait));
  for (std::size_t row = 0; row < all.size(); ++row) {
    SLIPWAY_TRY(
        copy.query(SqlText(fmt::format("INSERT INTO {}.loosened (again) VALUES ($1)", place)),
                   {std::string(all.text(row, 1))}, wait));
    SLIPWAY_TRY(run(copy, std::string(all.text(row, 0)), wait));
  }
  return {};
}

Status put_back(pg::Session& copy, const std::string& place, const Wait& wait) {
  SLIPWAY_TRY(run(copy, "SET LOCAL search_path = ''", wait));
  SLIPWAY_ASSIGN(const pg::Rows all,
                 copy.execute(SqlText(fmt::format("SELECT again FROM {}.loosened ORDER BY number "
                                                  "DESC",
                                                  place)),
                              wait));
  for (std::size_t row = 0; row < all.size(); ++row)
    SLIPWAY_TRY(run(copy, std::string(all.text(row, 0)), wait));
  return run(copy, fmt::format("DROP TABLE {0}.loosened, {0}.loosened_key", place), wait);
}

Status in_transaction(pg::Session& copy, const std::string& place,
                      Status (*act)(pg::Session&, const std::string&, const Wait&),
                      const Wait& wait) {
  SLIPWAY_TRY(run(copy, "BEGIN", wait));
  Status done = act(copy, place, wait);
  if (done) return commit(copy, wait);
  roll_back(copy);
  return done;
}

} // namespace

Result<bool> may_be_quiet(pg::Session& session, const Wait& wait) {
  SLIPWAY_TRY(run(session, "BEGIN", wait));
  const auto quiet = session.execute(SqlText("SET LOCAL session_replication_role = replica"), wait);
  if (!session.usable()) return fail(quiet.error());
  SLIPWAY_TRY(run(session, "ROLLBACK", wait));
  if (quiet) return true;
  if (!quiet.error().sql || quiet.error().sql->sqlstate != k_no_privilege)
    return fail(quiet.error());
  return false;
}

Status check_may_carry(pg::Session& origin, const Wait& wait) {
  SLIPWAY_ASSIGN(const bool quiet, may_be_quiet(origin, wait));
  if (quiet) return {};
  SLIPWAY_ASSIGN(const pg::Rows found, origin.execute(SqlText(k_not_to_be_loosened), wait));
  if (found.size() == 0) return {};
  return fail(
      Error(ErrorCode::unsupported,
            fmt::format("this role may not keep triggers and foreign keys from firing while rows "
                        "are carried over, and {}",
                        found.text(0, 0)))
          .with_hint(fmt::format("GRANT SET ON PARAMETER session_replication_role TO \"{}\" (from "
                                 "PostgreSQL 15), or roll back as a superuser",
                                 origin.user()))
          .with_state("nothing was changed"));
}

Result<bool> is_loosened(pg::Session& copy, const std::string& schema, const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows there,
                 copy.query(SqlText("SELECT pg_catalog.to_regclass($1) IS NOT NULL"),
                            {quote_identifier(schema) + ".loosened"}, wait));
  return there.boolean(0, 0);
}

Result<bool> loosen(pg::Session& copy, const std::string& schema, const Wait& wait) {
  SLIPWAY_ASSIGN(const bool already, is_loosened(copy, schema, wait));
  if (!already) {
    SLIPWAY_ASSIGN(const bool quiet, may_be_quiet(copy, wait));
    if (quiet) return false;
    SLIPWAY_TRY(in_transaction(copy, quote_identifier(schema), take_off, wait));
  }
  SLIPWAY_TRY(run(copy, fmt::format("SET {} = 'on'", k_loosened), wait));
  return true;
}

Status tighten(pg::Session& copy, const std::string& schema, const Wait& wait) {
  SLIPWAY_ASSIGN(const bool loose, is_loosened(copy, schema, wait));
  if (!loose) return {};
  SLIPWAY_TRY(in_transaction(copy, quote_identifier(schema), put_back, wait));
  return run(copy, fmt::format("SET {} = 'off'", k_loosened), wait);
}

} // namespace slipway::replay
