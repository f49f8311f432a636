// Locks on tables are a fence that everybody respects, and that the server takes down by itself.
#include "in_place_fence.hpp"

#include "in_place_schemas.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::rollback {

namespace {

constexpr int k_tries = 8;

constexpr const char* k_tables = R"sql(
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE n.nspname OPERATOR(pg_catalog.=) ANY ($1::text[])
  AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}'::"char"[])
  AND c.relpersistence OPERATOR(pg_catalog.<>) 't'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
                  WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                    AND d.objid OPERATOR(pg_catalog.=) c.oid AND d.deptype OPERATOR(pg_catalog.=) 'e')
ORDER BY 1
)sql";

/// Who holds a lock that keeps everybody from being shut out.
constexpr const char* k_holders = R"sql(
SELECT DISTINCT l.pid FROM pg_catalog.pg_locks AS l
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) l.relation
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE n.nspname OPERATOR(pg_catalog.=) ANY ($1::text[]) AND l.granted AND l.locktype OPERATOR(pg_catalog.=) 'relation'
  AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database AS d
                                         WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
  AND l.mode OPERATOR(pg_catalog.<>) 'AccessShareLock' AND l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
ORDER BY 1
)sql";

constexpr const char* k_older = R"sql(
SELECT pg_catalog.count(*) FILTER (WHERE NOT s.may AND s.is_old),
       pg_catalog.count(pg_catalog.pg_terminate_backend(CASE WHEN s.may AND s.is_old THEN s.pid END))
FROM (SELECT a.pid, pg_catalog.pg_has_role(a.usesysid, 'USAGE')
             OR (pg_catalog.pg_has_role('pg_signal_backend', 'MEMBER') AND NOT r.rolsuper) AS may,
             COALESCE(a.xact_start OPERATOR(pg_catalog.<) $1::pg_catalog.timestamptz, $1 IS NULL) AS is_old
      FROM pg_catalog.pg_stat_activity AS a
      JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) a.usesysid
      WHERE a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
        AND a.backend_type OPERATOR(pg_catalog.=) 'client backend'
        AND a.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
        AND COALESCE(a.application_name, '') OPERATOR(pg_catalog.!~~) 'slipway:%') AS s
)sql";

bool is_about_locks(const Error& error) {
  return error.sql && error.connection_usable() &&
         (error.sql->sqlstate == "55P03" || error.sql->sqlstate == "40P01");
}

class PuttingUp {
public:
  PuttingUp(pg::Session& session, const std::vector<std::string>& schemas, const Wait& wait)
      : session_(session), names_(text_array(schemas)), wait_(wait) {}

  Status run() {
    for (int attempt = 0; attempt < k_tries; ++attempt) {
      SLIPWAY_ASSIGN(const bool locked, lock());
      if (locked) return {};
      SLIPWAY_TRY(end_holders());
    }
    return fail(Error(ErrorCode::lock_timeout,
                      fmt::format("the tables could not be locked against writing: in the way are "
                                  "the processes {}",
                                  fmt::join(holders_, ", ")))
                    .with_hint("end them, or GRANT pg_signal_backend to the role")
                    .with_state("the database is as it was")
                    .with_next("slipway locks"));
  }

private:
  Result<std::vector<std::string>> tables() {
    SLIPWAY_ASSIGN(const auto rows, session_.query(SqlText(k_tables), {names_}, wait_));
    std::vector<std::string> found;
    for (std::size_t row = 0; row < rows.size(); ++row) found.emplace_back(rows.text(row, 0));
    return found;
  }

  // A table that was made meanwhile is not among them, so they are looked at again.
  Result<bool> lock() {
    SLIPWAY_TRY(session_.execute(
        SqlText("BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '2s'; "
                "SET LOCAL statement_timeout = 0; "
                "SET LOCAL idle_in_transaction_session_timeout = 0"),
        wait_));
    SLIPWAY_ASSIGN(const auto wanted, tables());
    if (!wanted.empty()) {
      const auto locked = session_.execute(
          SqlText(fmt::format("LOCK TABLE {} IN EXCLUSIVE MODE", fmt::join(wanted, ", "))), wait_);
      if (!locked && !is_about_locks(locked.error())) return fail(locked.error());
      if (!locked) {
        SLIPWAY_TRY(session_.execute(SqlText("ROLLBACK"), wait_));
        return false;
      }
    }
    SLIPWAY_ASSIGN(const auto there, tables());
    if (there == wanted) return true;
    SLIPWAY_TRY(session_.execute(SqlText("ROLLBACK"), wait_));
    return false;
  }

  Status end_holders() {
    SLIPWAY_ASSIGN(const auto rows, session_.query(SqlText(k_holders), {names_}, wait_));
    holders_.clear();
    for (std::size_t row = 0; row < rows.size(); ++row) {
      holders_.emplace_back(rows.text(row, 0));
      const auto ended = session_.query(
          SqlText("SELECT pg_catalog.pg_terminate_backend($1::integer)"), {holders_.back()}, wait_);
      // Whoever may not be asked may still go by himself.
      if (!ended && (!ended.error().sql || !ended.error().connection_usable()))
        return fail(ended.error());
    }
    return {};
  }

  pg::Session& session_;
  const std::string names_;
  const Wait& wait_;
  std::vector<std::string> holders_;
};

} // namespace

Result<InPlaceFence> InPlaceFence::put_up(pg::Session session,
                                          const std::vector<std::string>& schemas,
                                          const Wait& wait) {
  SLIPWAY_TRY(PuttingUp(session, schemas, wait).run());
  return InPlaceFence(std::move(session));
}

Result<std::int64_t> end_older_sessions(pg::Session& session, const std::string& moment,
                                        const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(SqlText(k_older), {moment.empty() ? pg::Param() : pg::Param(moment)}, wait));
  return rows.integer(0, 0);
}

} // namespace slipway::rollback
