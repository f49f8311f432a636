// What is written about runs, statements and migrations.
#include "slipway/history/store.hpp"

#include "nullable.hpp"

#include "slipway/base/sql_text.hpp"
#include "slipway/source/stored.hpp"

#include <fmt/format.h>

namespace slipway::history {

namespace {

pg::Param phase_param(const source::Migration& migration) {
  if (!migration.phase) return std::nullopt;
  return std::string(source::phase_name(*migration.phase));
}

pg::Param down_param(const source::Migration& migration) {
  if (!migration.down) return std::nullopt;
  return source::stored_down_text(migration);
}

std::vector<pg::Param> migration_params(const source::Migration& migration, std::int64_t run,
                                        double duration_ms) {
  return {migration.version.str(),    migration.name,
          migration.checksums.bytes,  migration.checksums.normalised,
          migration.checksums.tokens, source::stored_up_text(migration),
          down_param(migration),      migration.irreversible,
          phase_param(migration),     migration.change,
          std::to_string(run),        fmt::format("{}", duration_ms)};
}

} // namespace

Result<std::int64_t> Store::start_run(pg::Session& session, const RunInfo& info,
                                      const Wait& wait) const {
  // We hold the runner lock, so a run without an end has no runner any more.
  const pg::Query interrupted{
      SqlText(fmt::format(
          "UPDATE {} SET finished_at = pg_catalog.clock_timestamp(), outcome = 'interrupted' WHERE outcome IS NULL",
          table("run"))),
      {}};
  const pg::Query insert{
      SqlText(fmt::format(
          "INSERT INTO {} (kind, actor, host, pid, tool_version, git_sha) "
          "VALUES ($1::text, $2::text, $3::text, $4::integer, $5::text, $6::text) RETURNING id",
          table("run"))),
      {info.kind, info.actor, info.host, std::to_string(info.pid), info.tool_version,
       or_null(info.git_sha)}};
  SLIPWAY_ASSIGN(const auto rows, session.pipeline({interrupted, insert}, wait));
  return rows[1].integer(0, 0);
}

Status Store::finish_run(pg::Session& session, std::int64_t run, const std::string& outcome,
                         const std::string& message, const Wait& wait) const {
  SLIPWAY_TRY(session.query(
      SqlText(fmt::format(
          "UPDATE {} SET finished_at = pg_catalog.clock_timestamp(), outcome = $2::text, "
          "message = $3::text WHERE id OPERATOR(pg_catalog.=) $1::bigint",
          table("run"))),
      {std::to_string(run), outcome, or_null(message)}, wait));
  return {};
}

pg::Query Store::journal_finished(const JournalEntry& entry) const {
  return {
      SqlText(fmt::format(
          "INSERT INTO {} (run, version, direction, statement, state, digest, start_lsn, started_at, finished_at, lock_wait_ms, "
          "retries, rows) VALUES ($1::bigint, $2::bigint, $3::text, $4::integer, 'finished', $5::text, $6::pg_lsn, "
          "pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) pg_catalog.make_interval(secs => $7::double precision), "
          "pg_catalog.clock_timestamp(), $8::double precision, $9::integer, $10::bigint)",
          table("journal"))),
      {std::to_string(entry.run), entry.version.str(), std::string(direction_name(entry.direction)),
       std::to_string(entry.statement), entry.digest, or_null(entry.start_lsn),
       fmt::format("{}", entry.duration_ms / 1000.0), fmt::format("{}", entry.lock_wait_ms),
       std::to_string(entry.retries), std::to_string(entry.rows)}};
}

pg::Query Store::journal_started(const JournalEntry& entry) const {
  return {
      SqlText(fmt::format(
          "INSERT INTO {} (run, version, direction, statement, state, digest, start_lsn, witness) "
          "VALUES ($1::bigint, $2::bigint, $3::text, $4::integer, 'started', $5::text, "
          "pg_catalog.pg_current_wal_insert_lsn(), $6::text)",
          table("journal"))),
      {std::to_string(entry.run), entry.version.str(), std::string(direction_name(entry.direction)),
       std::to_string(entry.statement), entry.digest, or_null(entry.witness)}};
}

pg::Query Store::journal_completed(const JournalEntry& entry) const {
  return {
      SqlText(fmt::format(
          "UPDATE {} SET state = 'finished', finished_at = pg_catalog.clock_timestamp(), rows = $5::bigint, "
          "retries = $6::integer, lock_wait_ms = $7::double precision "
          "WHERE run OPERATOR(pg_catalog.=) $1::bigint AND version OPERATOR(pg_catalog.=) $2::bigint "
          "AND direction OPERATOR(pg_catalog.=) $3::text AND statement OPERATOR(pg_catalog.=) $4::integer "
          "AND state OPERATOR(pg_catalog.=) 'started'",
          table("journal"))),
      {std::to_string(entry.run), entry.version.str(), std::string(direction_name(entry.direction)),
       std::to_string(entry.statement), std::to_string(entry.rows), std::to_string(entry.retries),
       fmt::format("{}", entry.lock_wait_ms)}};
}

pg::Query Store::journal_failed(const JournalEntry& entry, const std::string& sqlstate,
                                const std::string& message) const {
  return {
      SqlText(fmt::format(
          "INSERT INTO {} (run, version, direction, statement, state, digest, finished_at, retries, lock_wait_ms, "
          "sqlstate, message, witness) VALUES ($1::bigint, $2::bigint, $3::text, $4::integer, 'failed', $5::text, "
          "pg_catalog.clock_timestamp(), $6::integer, $7::double precision, $8::text, $9::text, $10::text)",
          table("journal"))),
      {std::to_string(entry.run), entry.version.str(), std::string(direction_name(entry.direction)),
       std::to_string(entry.statement), entry.digest, std::to_string(entry.retries),
       fmt::format("{}", entry.lock_wait_ms), or_null(sqlstate), or_null(message),
       or_null(entry.witness)}};
}

pg::Query Store::record_applied(const source::Migration& migration, std::int64_t run,
                                double duration_ms) const {
  // A migration that began outside a transaction has its row already.
  return {
      SqlText(fmt::format(
          "INSERT INTO {} (version, name, state, checksum_bytes, checksum_normalised, checksum_tokens, up_text, down_text, "
          "irreversible, phase, change, run, duration_ms) VALUES ($1::bigint, $2::text, 'applied', $3::text, $4::text, $5::text, "
          "$6::text, $7::text, $8::text, $9::text, $10::text, $11::bigint, $12::double precision) "
          "ON CONFLICT (version) DO UPDATE SET name = EXCLUDED.name, state = 'applied', checksum_bytes = EXCLUDED.checksum_bytes, "
          "checksum_normalised = EXCLUDED.checksum_normalised, checksum_tokens = EXCLUDED.checksum_tokens, "
          "up_text = EXCLUDED.up_text, down_text = EXCLUDED.down_text, irreversible = EXCLUDED.irreversible, "
          "phase = EXCLUDED.phase, change = EXCLUDED.change, run = EXCLUDED.run, applied_at = EXCLUDED.applied_at, "
          "duration_ms = EXCLUDED.duration_ms",
          table("migration"))),
      migration_params(migration, run, duration_ms)};
}

pg::Query Store::record_applying(const source::Migration& migration, std::int64_t run) const {
  // The run stays the first one: the journal rows of every attempt since then belong to this
  // application.
  return {
      SqlText(fmt::format(
          "INSERT INTO {} (version, name, state, checksum_bytes, checksum_normalised, checksum_tokens, up_text, down_text, "
          "irreversible, phase, change, run, duration_ms) VALUES ($1::bigint, $2::text, 'applying', $3::text, $4::text, $5::text, "
          "$6::text, $7::text, $8::text, $9::text, $10::text, $11::bigint, $12::double precision) ON CONFLICT (version) DO NOTHING",
          table("migration"))),
      migration_params(migration, run, 0)};
}

pg::Query Store::record_undoing(Version version) const {
  return {SqlText(fmt::format(
              "UPDATE {} SET state = 'undoing' WHERE version OPERATOR(pg_catalog.=) $1::bigint",
              table("migration"))),
          {version.str()}};
}

pg::Query Store::restore_applied(Version version) const {
  return {SqlText(fmt::format(
              "UPDATE {} SET state = 'applied' WHERE version OPERATOR(pg_catalog.=) $1::bigint",
              table("migration"))),
          {version.str()}};
}

pg::Query Store::remove_applied(Version version) const {
  return {SqlText(fmt::format("DELETE FROM {} WHERE version OPERATOR(pg_catalog.=) $1::bigint",
                              table("migration"))),
          {version.str()}};
}

pg::Query Store::accept_file(const source::Migration& migration) const {
  return {
      SqlText(fmt::format(
          "UPDATE {} SET name = $2::text, checksum_bytes = $3::text, checksum_normalised = $4::text, "
          "checksum_tokens = $5::text, up_text = $6::text, down_text = $7::text, irreversible = $8::text "
          "WHERE version OPERATOR(pg_catalog.=) $1::bigint",
          table("migration"))),
      {migration.version.str(), migration.name, migration.checksums.bytes,
       migration.checksums.normalised, migration.checksums.tokens,
       source::stored_up_text(migration), down_param(migration), migration.irreversible}};
}

} // namespace slipway::history
