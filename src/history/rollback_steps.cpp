#include "slipway/history/rollback_steps.hpp"

#include "nullable.hpp"

#include "slipway/base/sql_text.hpp"

#include <fmt/format.h>

namespace slipway::history {

namespace {

bool is_missing(const Error& error) {
  return error.sql && (error.sql->sqlstate == "42P01" || error.sql->sqlstate == "3F000");
}

} // namespace

std::string RollbackSteps::table() const {
  return quote_identifier(schema_) + ".rollback_step";
}

Status RollbackSteps::ensure(pg::Session& session, const Wait& wait) const {
  SLIPWAY_TRY(session.execute(SqlText(fmt::format(R"sql(CREATE TABLE IF NOT EXISTS {} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run bigint NOT NULL,
  step text NOT NULL,
  state text NOT NULL CHECK (state IN ('started', 'done', 'failed')),
  started_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  finished_at timestamptz,
  message text))sql",
                                                  table())),
                              wait));
  return {};
}

Result<std::vector<RollbackStep>> RollbackSteps::of(pg::Session& session, std::int64_t run,
                                                    const Wait& wait) const {
  const auto rows = session.query(
      SqlText(fmt::format("SELECT s.step, s.state, (s.started_at AT TIME ZONE 'UTC')::text, "
                          "(s.finished_at AT TIME ZONE 'UTC')::text, s.message, "
                          "(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() "
                          "OPERATOR(pg_catalog.-) s.started_at) OPERATOR(pg_catalog.*) "
                          "1000)::bigint FROM {} AS s "
                          "WHERE s.run OPERATOR(pg_catalog.=) $1::bigint ORDER BY s.id",
                          table())),
      {std::to_string(run)}, wait);
  std::vector<RollbackStep> steps;
  if (!rows) {
    if (is_missing(rows.error())) return steps;
    return fail(rows.error());
  }
  for (std::size_t row = 0; row < rows->size(); ++row)
    steps.push_back({.step = std::string(rows->text(row, 0)),
                     .state = std::string(rows->text(row, 1)),
                     .started_at = std::string(rows->text(row, 2)),
                     .finished_at = std::string(rows->text(row, 3)),
                     .message = std::string(rows->text(row, 4)),
                     .age_ms = rows->integer(row, 5)});
  return steps;
}

Result<std::vector<std::int64_t>>
RollbackSteps::runs_since(pg::Session& session, std::int64_t first, const Wait& wait) const {
  const auto rows =
      session.query(SqlText(fmt::format("SELECT DISTINCT s.run FROM {} AS s WHERE s.run "
                                        "OPERATOR(pg_catalog.>=) $1::bigint ORDER BY 1",
                                        table())),
                    {std::to_string(first)}, wait);
  std::vector<std::int64_t> runs;
  if (!rows) {
    if (is_missing(rows.error())) return runs;
    return fail(rows.error());
  }
  for (std::size_t row = 0; row < rows->size(); ++row) runs.push_back(rows->integer(row, 0));
  return runs;
}

Status RollbackSteps::begin(pg::Session& session, std::int64_t run, const std::string& step,
                            const Wait& wait) const {
  SLIPWAY_TRY(ensure(session, wait));
  SLIPWAY_TRY(
      session.query(SqlText(fmt::format("INSERT INTO {} (run, step, state) VALUES ($1::bigint, "
                                        "$2::text, 'started')",
                                        table())),
                    {std::to_string(run), step}, wait));
  return {};
}

Status RollbackSteps::finish(pg::Session& session, std::int64_t run, const std::string& step,
                             const std::string& state, const std::string& message,
                             const Wait& wait) const {
  SLIPWAY_TRY(ensure(session, wait));
  const std::vector<pg::Param> values = {std::to_string(run), step, state, or_null(message)};
  SLIPWAY_ASSIGN(
      const auto changed,
      session.query(
          SqlText(fmt::format("UPDATE {0} SET state = $3::text, message = $4::text, finished_at = "
                              "pg_catalog.clock_timestamp() WHERE id OPERATOR(pg_catalog.=) "
                              "(SELECT pg_catalog.max(s.id) FROM {0} AS s WHERE s.run "
                              "OPERATOR(pg_catalog.=) $1::bigint AND s.step "
                              "OPERATOR(pg_catalog.=) $2::text) "
                              "AND state OPERATOR(pg_catalog.=) 'started'",
                              table())),
          values, wait));
  if (changed.affected() > 0) return {};
  SLIPWAY_TRY(session.query(
      SqlText(fmt::format("INSERT INTO {} (run, step, state, message, finished_at) VALUES "
                          "($1::bigint, $2::text, $3::text, $4::text, "
                          "pg_catalog.clock_timestamp())",
                          table())),
      values, wait));
  return {};
}

Status RollbackSteps::carry(pg::Session& from, pg::Session& to, std::int64_t run,
                            const Wait& wait) const {
  SLIPWAY_ASSIGN(const auto there,
                 from.query(SqlText("SELECT pg_catalog.to_regclass($1::text)"), {table()}, wait));
  if (there.is_null(0, 0)) return {};
  SLIPWAY_TRY(ensure(to, wait));
  SLIPWAY_ASSIGN(
      const auto rows,
      from.query(SqlText(fmt::format("SELECT COALESCE(pg_catalog.json_agg(pg_catalog.to_json(s) "
                                     "ORDER BY s.id), '[]') FROM {} AS s "
                                     "WHERE s.run OPERATOR(pg_catalog.=) $1::bigint",
                                     table())),
                 {std::to_string(run)}, wait));
  SLIPWAY_TRY(to.query(
      SqlText(fmt::format("INSERT INTO {0} (run, step, state, started_at, finished_at, message) "
                          "SELECT n.run, n.step, n.state, n.started_at, n.finished_at, n.message "
                          "FROM pg_catalog.json_populate_recordset(NULL::{0}, $1::json) AS n "
                          "WHERE NOT EXISTS (SELECT FROM {0} AS o WHERE o.run "
                          "OPERATOR(pg_catalog.=) n.run AND o.step OPERATOR(pg_catalog.=) n.step "
                          "AND o.started_at OPERATOR(pg_catalog.=) n.started_at) ORDER BY n.id",
                          table())),
      {std::string(rows.text(0, 0))}, wait));
  return {};
}

} // namespace slipway::history
