// Runs and journal rows are only ever added, so those that the copy lacks are those with greater
// numbers.
#include "carry_history.hpp"

#include "slipway/base/sql_text.hpp"
#include "slipway/history/rollback_steps.hpp"
#include "slipway/replay/park_dropped.hpp"

#include <fmt/format.h>

namespace slipway::rollback {

namespace {

struct Moved {
  const char* table;
  const char* columns;
};

constexpr Moved k_runs{"run", "id, kind, actor, host, pid, tool_version, git_sha, started_at, "
                              "finished_at, outcome, message, fingerprint_before, "
                              "fingerprint_after"};
constexpr Moved k_journal{"journal", "id, run, version, direction, statement, state, digest, "
                                     "start_lsn, started_at, finished_at, lock_wait_ms, retries, "
                                     "rows, sqlstate, message, witness"};

// As text through one array per row set: small tables, and no second protocol.
Status move_rows(pg::Session& origin, pg::Session& copy, const std::string& place,
                 const Moved& what, const Wait& wait) {
  const auto table = place + "." + what.table;
  SLIPWAY_ASSIGN(
      const auto last,
      copy.query(SqlText(fmt::format("SELECT COALESCE(pg_catalog.max(id), 0) FROM {}", table)), {},
                 wait));
  SLIPWAY_ASSIGN(
      const auto rows,
      origin.query(SqlText(fmt::format("SELECT COALESCE(pg_catalog.json_agg(pg_catalog.to_json(x) "
                                       "ORDER BY x.id), '[]') FROM (SELECT {} FROM {} WHERE id "
                                       "OPERATOR(pg_catalog.>) $1::bigint) AS x",
                                       what.columns, table)),
                   {std::string(last.text(0, 0))}, wait));
  SLIPWAY_TRY(copy.query(
      SqlText(fmt::format("INSERT INTO {0} ({1}) OVERRIDING SYSTEM VALUE SELECT {1} FROM "
                          "pg_catalog.json_populate_recordset(NULL::{0}, $1::json)",
                          table, what.columns)),
      {std::string(rows.text(0, 0))}, wait));
  SLIPWAY_TRY(copy.query(
      SqlText(fmt::format("SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence($1::text, "
                          "'id'), GREATEST(1, (SELECT pg_catalog.max(id) FROM {})))",
                          table)),
      {table}, wait));
  return {};
}

// A fast path that failed half way has kept things aside that nobody will find any more in the
// broken database. Again from the beginning each time, since a copy may be gone on with.
Status move_parked(pg::Session& origin, pg::Session& copy, const std::string& schema,
                   std::int64_t run, const Wait& wait) {
  const auto table = quote_identifier(schema) + ".parked";
  SLIPWAY_ASSIGN(const auto there, origin.query(SqlText("SELECT pg_catalog.to_regclass($1::text) "
                                                        "IS NOT NULL"),
                                                {table}, wait));
  if (!there.boolean(0, 0)) return {};
  constexpr auto* k_columns =
      "run, schema_name, table_name, operation, key, row, sqlstate, message, position, parked_at";
  const std::vector<pg::Param> which{std::to_string(run), std::string(replay::k_undone_in_place)};
  SLIPWAY_ASSIGN(
      const auto rows,
      origin.query(
          SqlText(fmt::format(
              "SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x) ORDER BY x.id), "
              "'[]') FROM {} AS x WHERE x.run OPERATOR(pg_catalog.=) $1::text AND "
              "x.position OPERATOR(pg_catalog.=) $2::text",
              table)),
          which, wait));
  SLIPWAY_TRY(
      copy.query(SqlText(fmt::format("DELETE FROM {} WHERE run OPERATOR(pg_catalog.=) "
                                     "$1::text AND position OPERATOR(pg_catalog.=) $2::text",
                                     table)),
                 which, wait));
  SLIPWAY_TRY(copy.query(SqlText(fmt::format("INSERT INTO {0} ({1}) SELECT {1} FROM "
                                             "pg_catalog.jsonb_populate_recordset(NULL::{0}, "
                                             "$1::jsonb)",
                                             table, k_columns)),
                         {std::string(rows.text(0, 0))}, wait));
  return {};
}

Status note_rollback(pg::Session& copy, const std::string& place, std::int64_t run,
                     const std::string& fingerprint, const Wait& wait) {
  const auto message = fmt::format(
      "run {} was taken back over the backup from before it, with the writes since", run);
  SLIPWAY_TRY(copy.query(
      SqlText(fmt::format(
          "INSERT INTO {0}.run (kind, actor, host, pid, tool_version, git_sha, finished_at, "
          "outcome, message, fingerprint_before, fingerprint_after) "
          "SELECT 'rollback', r.actor, r.host, r.pid, r.tool_version, r.git_sha, "
          "pg_catalog.clock_timestamp(), 'done', $2::text, r.fingerprint_after, $3::text "
          "FROM {0}.run AS r WHERE r.id OPERATOR(pg_catalog.=) $1::bigint AND NOT EXISTS ("
          "SELECT FROM {0}.run AS d WHERE d.kind OPERATOR(pg_catalog.=) 'rollback' "
          "AND d.message OPERATOR(pg_catalog.=) $2::text)",
          place)),
      {std::to_string(run), message, fingerprint}, wait));
  return {};
}

} // namespace

Status carry_history(pg::Session& origin, pg::Session& copy, const std::string& history_schema,
                     std::int64_t run, const std::string& fingerprint, const Wait& wait) {
  const auto place = quote_identifier(history_schema);
  SLIPWAY_TRY(copy.execute(SqlText("BEGIN"), wait));
  const auto move = [&]() -> Status {
    SLIPWAY_TRY(move_rows(origin, copy, place, k_runs, wait));
    SLIPWAY_TRY(move_rows(origin, copy, place, k_journal, wait));
    SLIPWAY_TRY(history::RollbackSteps(history_schema).carry(origin, copy, run, wait));
    SLIPWAY_TRY(move_parked(origin, copy, history_schema, run, wait));
    SLIPWAY_TRY(note_rollback(copy, place, run, fingerprint, wait));
    SLIPWAY_TRY(copy.execute(SqlText("COMMIT"), wait));
    return {};
  };
  auto moved = move();
  if (moved) return {};
  if (copy.usable()) SLIPWAY_TRY(copy.execute(SqlText("ROLLBACK"), wait));
  return moved;
}

Status take_back_history(pg::Session& session, const std::string& history_schema, std::int64_t run,
                         const std::string& fingerprint, const Wait& wait) {
  const auto place = quote_identifier(history_schema);
  SLIPWAY_TRY(session.query(
      SqlText(fmt::format("DELETE FROM {}.migration WHERE run OPERATOR(pg_catalog.=) $1::bigint",
                          place)),
      {std::to_string(run)}, wait));
  return note_rollback(session, place, run, fingerprint, wait);
}

} // namespace slipway::rollback
