#include "slipway/history/run_details.hpp"

#include "row_values.hpp"

#include "slipway/base/sql_text.hpp"

#include <fmt/format.h>

namespace slipway::history {

namespace {

std::optional<FailedStatement> failed_from(const pg::Rows& rows) {
  if (rows.size() == 0) return std::nullopt;
  FailedStatement failed;
  failed.version = Version(rows.integer(0, 0));
  failed.direction = rows.text(0, 1) == "down" ? Direction::down : Direction::up;
  failed.number = rows.integer(0, 2);
  failed.sqlstate = rows.text(0, 3);
  failed.message = rows.text(0, 4);
  return failed;
}

RunDetails details_from(const pg::Rows& rows) {
  RunDetails run;
  run.row.id = rows.integer(0, 0);
  run.row.info.kind = rows.text(0, 1);
  run.row.info.actor = rows.text(0, 2);
  run.row.info.host = rows.text(0, 3);
  run.row.info.git_sha = rows.text(0, 4);
  run.row.started_at = iso_utc(rows.real(0, 5));
  if (!rows.is_null(0, 6)) run.row.finished_at = iso_utc(rows.real(0, 6));
  run.row.outcome = rows.text(0, 7);
  run.message = rows.text(0, 8);
  run.fingerprint_before = optional_text(rows, 0, 9);
  run.fingerprint_after = optional_text(rows, 0, 10);
  return run;
}

} // namespace

Result<std::optional<RunDetails>> read_run(pg::Session& session, const std::string& history_schema,
                                           std::int64_t run, const Wait& wait) {
  const auto schema = quote_identifier(history_schema);
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(
          SqlText(fmt::format(
              "SELECT id, kind, actor, host, git_sha, pg_catalog.date_part('epoch', started_at), "
              "pg_catalog.date_part('epoch', finished_at), outcome, message, fingerprint_before, "
              "fingerprint_after FROM {}.run WHERE CASE WHEN $1::bigint OPERATOR(pg_catalog.=) 0 "
              "THEN kind OPERATOR(pg_catalog.=) 'up' ELSE id OPERATOR(pg_catalog.=) $1::bigint END "
              "ORDER BY id DESC LIMIT 1",
              schema)),
          {std::to_string(run)}, wait));
  if (rows.size() == 0) return std::optional<RunDetails>();
  auto details = details_from(rows);
  SLIPWAY_ASSIGN(
      const auto failed,
      session.query(SqlText(fmt::format(
                        "SELECT version, direction, statement, sqlstate, message FROM {}.journal "
                        "WHERE run OPERATOR(pg_catalog.=) $1::bigint "
                        "AND state OPERATOR(pg_catalog.=) 'failed' ORDER BY id DESC LIMIT 1",
                        schema)),
                    {std::to_string(details.row.id)}, wait));
  details.failed = failed_from(failed);
  return std::optional(std::move(details));
}

Result<std::int64_t> newest_run(pg::Session& session, const std::string& history_schema,
                                const Wait& wait) {
  const auto table = quote_identifier(history_schema) + ".run";
  SLIPWAY_ASSIGN(
      const auto there,
      session.query(SqlText("SELECT pg_catalog.to_regclass($1::text) IS NOT NULL"), {table}, wait));
  if (!there.boolean(0, 0)) return 0;
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(SqlText(fmt::format("SELECT COALESCE(pg_catalog.max(id), 0) FROM {}", table)),
                    {}, wait));
  return rows.integer(0, 0);
}

} // namespace slipway::history
