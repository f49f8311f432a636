// Captures as rows, so that whoever comes later knows what a slot is for.
#include "slipway/replay/capture_record.hpp"

#include "slipway/base/sql_text.hpp"

#include <charconv>
#include <fmt/format.h>

namespace slipway::replay {

namespace {

constexpr std::string_view k_tables = R"sql(
CREATE TABLE IF NOT EXISTS {0}.capture (
  name text PRIMARY KEY,
  stage text NOT NULL CHECK (stage IN ('arming', 'armed', 'deployed')),
  since pg_lsn,
  run bigint,
  backup text,
  begun_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  stage_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp());
ALTER TABLE {0}.capture ADD COLUMN IF NOT EXISTS abandoned_at timestamptz;
ALTER TABLE {0}.capture ADD COLUMN IF NOT EXISTS spool text;
CREATE TABLE IF NOT EXISTS {0}.capture_step (
  capture text NOT NULL,
  transaction xid8 NOT NULL,
  PRIMARY KEY (capture, transaction)))sql";

CaptureStage stage_called(std::string_view name) {
  if (name == "armed") return CaptureStage::armed;
  return name == "deployed" ? CaptureStage::deployed : CaptureStage::arming;
}

} // namespace

Status CaptureRecords::change(pg::Session& session, const std::string& text,
                              std::vector<pg::Param> params, const Wait& wait) const {
  SLIPWAY_TRY(session.query(SqlText(fmt::format(fmt::runtime(text), quote_identifier(schema_))),
                            params, wait));
  return {};
}

Status CaptureRecords::create(pg::Session& session, const Wait& wait) const {
  SLIPWAY_TRY(session.execute(SqlText(fmt::format(k_tables, quote_identifier(schema_))), wait));
  return {};
}

Status CaptureRecords::begin(pg::Session& session, const std::string& name,
                             const Wait& wait) const {
  return change(session, "INSERT INTO {}.capture (name, stage) VALUES ($1, 'arming')", {name},
                wait);
}

Status CaptureRecords::note_armed(pg::Session& session, const std::string& name, Lsn since,
                                  const Wait& wait) const {
  return change(session,
                "UPDATE {}.capture SET stage = 'armed', since = $2::pg_lsn, "
                "stage_at = pg_catalog.clock_timestamp() WHERE name OPERATOR(pg_catalog.=) $1",
                {name, lsn_text(since)}, wait);
}

Status CaptureRecords::note_backup(pg::Session& session, const std::string& name,
                                   const std::string& backup, const Wait& wait) const {
  return change(session, "UPDATE {}.capture SET backup = $2 WHERE name OPERATOR(pg_catalog.=) $1",
                {name, backup}, wait);
}

Status CaptureRecords::note_run(pg::Session& session, const std::string& name, std::int64_t run,
                                const Wait& wait) const {
  return change(session,
                "UPDATE {}.capture SET run = $2::bigint WHERE name OPERATOR(pg_catalog.=) $1 "
                "AND run IS NULL",
                {name, std::to_string(run)}, wait);
}

Status CaptureRecords::note_deployed(pg::Session& session, const std::string& name,
                                     const Wait& wait) const {
  return change(session,
                "UPDATE {}.capture SET stage = 'deployed', stage_at = pg_catalog.clock_timestamp() "
                "WHERE name OPERATOR(pg_catalog.=) $1",
                {name}, wait);
}

Status CaptureRecords::note_abandoned(pg::Session& session, const std::string& name,
                                      const Wait& wait) const {
  SLIPWAY_TRY(create(session, wait));
  return change(session,
                "UPDATE {}.capture SET abandoned_at = pg_catalog.clock_timestamp() "
                "WHERE name OPERATOR(pg_catalog.=) $1 AND abandoned_at IS NULL",
                {name}, wait);
}

Result<bool> CaptureRecords::claim_spool(pg::Session& session, const std::string& name,
                                         const std::string& where, bool moved,
                                         const Wait& wait) const {
  SLIPWAY_TRY(create(session, wait));
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(
          SqlText(fmt::format("UPDATE {}.capture SET spool = $2 WHERE name OPERATOR(pg_catalog.=) "
                              "$1 AND ($3::boolean OR spool IS NULL OR spool "
                              "OPERATOR(pg_catalog.=) $2)",
                              quote_identifier(schema_))),
          {name, where, moved ? "true" : "false"}, wait));
  return rows.affected() == 1;
}

Status CaptureRecords::remove(pg::Session& session, const std::string& name,
                              const Wait& wait) const {
  SLIPWAY_ASSIGN(const bool there, is_there(session, wait));
  if (!there) return {};
  return change(session,
                "WITH gone AS (DELETE FROM {0}.capture_step WHERE capture OPERATOR(pg_catalog.=) "
                "$1) DELETE FROM {0}.capture WHERE name OPERATOR(pg_catalog.=) $1",
                {name}, wait);
}

Result<bool> CaptureRecords::is_there(pg::Session& session, const Wait& wait) const {
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText("SELECT pg_catalog.to_regclass($1) IS NOT NULL"),
                               {quote_identifier(schema_) + ".capture"}, wait));
  return rows.boolean(0, 0);
}

Result<std::vector<CaptureRecord>> CaptureRecords::all(pg::Session& session,
                                                       const Wait& wait) const {
  std::vector<CaptureRecord> records;
  SLIPWAY_ASSIGN(const bool there, is_there(session, wait));
  if (!there) return records;
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(SqlText(fmt::format(
                        "SELECT name, stage, COALESCE(since, '0/0')::text, COALESCE(run, 0), "
                        "COALESCE(backup, ''), pg_catalog.floor(EXTRACT(epoch FROM "
                        "pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) stage_at))::bigint, "
                        "pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp() "
                        "OPERATOR(pg_catalog.-) (pg_catalog.to_jsonb(c) OPERATOR(pg_catalog.->>) "
                        "'abandoned_at')::timestamptz))::bigint, COALESCE(pg_catalog.to_jsonb(c) "
                        "OPERATOR(pg_catalog.->>) 'spool', '') "
                        "FROM {}.capture AS c ORDER BY begun_at",
                        quote_identifier(schema_))),
                    {}, wait));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    records.push_back({.name = std::string(rows.text(row, 0)),
                       .stage = stage_called(rows.text(row, 1)),
                       .since = lsn_from(rows.text(row, 2)).value_or(0),
                       .run = rows.integer(row, 3),
                       .backup = std::string(rows.text(row, 4)),
                       .age_s = rows.integer(row, 5)});
    if (!rows.is_null(row, 6)) records.back().abandoned_s = rows.integer(row, 6);
    records.back().spool = rows.text(row, 7);
  }
  return records;
}

Status CaptureRecords::add_step(pg::Session& session, const std::string& name,
                                const Wait& wait) const {
  return change(session,
                "INSERT INTO {}.capture_step (capture, transaction) VALUES ($1, "
                "pg_catalog.pg_current_xact_id()) ON CONFLICT DO NOTHING",
                {name}, wait);
}

Result<std::vector<std::uint64_t>>
CaptureRecords::steps(pg::Session& session, const std::string& name, const Wait& wait) const {
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText(fmt::format("SELECT transaction::text FROM {}.capture_step "
                                                   "WHERE capture OPERATOR(pg_catalog.=) $1",
                                                   quote_identifier(schema_))),
                               {name}, wait));
  std::vector<std::uint64_t> steps;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::uint64_t one = 0;
    const auto text = rows.text(row, 0);
    std::from_chars(text.data(), text.data() + text.size(), one);
    steps.push_back(one);
  }
  return steps;
}

Status CaptureRecords::forget_all(pg::Session& copy, const Wait& wait) const {
  SLIPWAY_ASSIGN(const bool there, is_there(copy, wait));
  if (!there) return {};
  return change(copy, "WITH gone AS (DELETE FROM {0}.capture_step) DELETE FROM {0}.capture", {},
                wait);
}

} // namespace slipway::replay
