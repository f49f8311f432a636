// Transactions in which nothing but what we say happens.
#include "quiet_session.hpp"

#include <fmt/format.h>

namespace slipway::replay {

namespace {

/// Waits are bound by the caller, so the server's own limits do not count.
constexpr std::string_view k_pinned =
    "SET LOCAL DateStyle = 'ISO, MDY'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL TimeZone = {};"
    "SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL xmloption = 'content';"
    "SET LOCAL row_security = off; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '10s';"
    "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL synchronize_seqscans = off";

constexpr const char* k_loud = R"sql(
SELECT pg_catalog.format('ALTER TABLE %s DISABLE TRIGGER %I', t.tgrelid::pg_catalog.regclass, t.tgname),
       pg_catalog.format('ALTER TABLE %s ENABLE %s TRIGGER %I', t.tgrelid::pg_catalog.regclass,
                         CASE t.tgenabled WHEN 'A' THEN 'ALWAYS' ELSE 'REPLICA' END, t.tgname)
FROM pg_catalog.pg_trigger AS t
WHERE t.tgrelid OPERATOR(pg_catalog.=) ANY (SELECT $1::oid UNION ALL
      SELECT p.relid FROM pg_catalog.pg_partition_tree($1::oid::pg_catalog.regclass) AS p)
  AND t.tgenabled OPERATOR(pg_catalog.=) ANY ('{A,R}'::"char"[]) AND NOT t.tgisinternal
UNION
SELECT pg_catalog.format('ALTER TABLE %s DISABLE RULE %I', r.ev_class::pg_catalog.regclass, r.rulename),
       pg_catalog.format('ALTER TABLE %s ENABLE %s RULE %I', r.ev_class::pg_catalog.regclass,
                         CASE r.ev_enabled WHEN 'A' THEN 'ALWAYS' ELSE 'REPLICA' END, r.rulename)
FROM pg_catalog.pg_rewrite AS r
WHERE r.ev_class OPERATOR(pg_catalog.=) $1::oid
  AND r.ev_enabled OPERATOR(pg_catalog.=) ANY ('{A,R}'::"char"[]) AND r.ev_type OPERATOR(pg_catalog.<>) '1'
)sql";

constexpr const char* k_inner = "SAVEPOINT slipway_inner";
constexpr const char* k_keep_inner =
    "DROP TABLE IF EXISTS pg_temp.slipway_rows, pg_temp.slipway_keys, pg_temp.slipway_old, "
    "pg_temp.slipway_heap, pg_temp.slipway_gone; RELEASE SAVEPOINT slipway_inner";
constexpr const char* k_undo_inner =
    "ROLLBACK TO SAVEPOINT slipway_inner; RELEASE SAVEPOINT slipway_inner";

Status begin(pg::Session& session, const char* text, const Wait& wait) {
  const bool inner = depth_of(session) == Depth::inner;
  SLIPWAY_TRY(session.execute(SqlText(inner ? k_inner : text), wait));
  return {};
}

Status pin(pg::Session& session, const std::string& time_zone, const Wait& wait) {
  SLIPWAY_TRY(session.execute(SqlText(fmt::format(k_pinned, quote_literal(time_zone))), wait));
  return {};
}

} // namespace

Depth depth_of(const pg::Session& session) {
  return session.transaction_status() == pg::TransactionStatus::in_transaction ? Depth::inner
                                                                               : Depth::own;
}

Status begin_reading(pg::Session& session, const std::string& time_zone, const Wait& wait) {
  SLIPWAY_TRY(session.execute(SqlText("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"), wait));
  return pin(session, time_zone, wait);
}

Status begin_comparing(pg::Session& session, const std::string& time_zone, const Wait& wait) {
  SLIPWAY_TRY(begin(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE", wait));
  return pin(session, time_zone, wait);
}

Status begin_filling(pg::Session& session, const std::string& time_zone, const Wait& wait) {
  const auto depth = depth_of(session);
  SLIPWAY_TRY(begin(session, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", wait));
  SLIPWAY_TRY(pin(session, time_zone, wait));
  if (depth == Depth::inner) return {};
  SLIPWAY_ASSIGN(const pg::Rows loose,
                 session.query(SqlText("SELECT COALESCE(pg_catalog.current_setting($1, true), '')"),
                               {std::string(k_loosened)}, wait));
  if (loose.text(0, 0) == "on") return {};
  Result<pg::Rows> quiet =
      session.execute(SqlText("SET LOCAL session_replication_role = replica"), wait);
  if (quiet) return {};
  if (!quiet.error().sql || quiet.error().sql->sqlstate != "42501")
    return fail(std::move(quiet).error());
  roll_back(session);
  return fail(
      Error(
          ErrorCode::unsupported,
          "this role may not keep triggers and foreign keys from firing while rows are carried over")
          .with_hint("let it: GRANT SET ON PARAMETER session_replication_role TO \"" +
                     session.user() + "\" (from PostgreSQL 15), or carry over as a superuser"));
}

Result<std::vector<SqlText>> silence(pg::Session& session, const Relation& table,
                                     const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows loud,
                 session.query(SqlText(k_loud), {std::to_string(table.id)}, wait));
  std::vector<SqlText> again;
  for (std::size_t row = 0; row < loud.size(); ++row) {
    SLIPWAY_TRY(session.execute(SqlText(std::string(loud.text(row, 0))), wait));
    again.emplace_back(std::string(loud.text(row, 1)));
  }
  return again;
}

Status commit(pg::Session& session, const Wait& wait, Depth depth) {
  SLIPWAY_TRY(session.execute(SqlText(depth == Depth::inner ? k_keep_inner : "COMMIT"), wait));
  return {};
}

void roll_back(pg::Session& session, Depth depth) {
  if (!session.usable()) return;
  const Result<pg::Rows> ended =
      session.execute(SqlText(depth == Depth::inner ? k_undo_inner : "ROLLBACK"),
                      Wait{Deadline::after(Millis(5'000))});
  if (!ended) session.close();
}

Result<std::string> time_zone_of(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows rows,
                 session.query(SqlText("SELECT pg_catalog.current_setting('TimeZone')"), {}, wait));
  return std::string(rows.text(0, 0));
}

} // namespace slipway::replay
