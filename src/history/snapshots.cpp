#include "slipway/history/snapshots.hpp"

#include "nullable.hpp"

#include "slipway/base/sql_text.hpp"

#include <fmt/format.h>

namespace slipway::history {

namespace {

// No such schema, table or column: an older layout, or slipway has never run here.
bool is_older_layout(const Error& error) {
  return error.sql && (error.sql->sqlstate == "3F000" || error.sql->sqlstate == "42P01" ||
                       error.sql->sqlstate == "42703");
}

} // namespace

std::string Snapshots::table(std::string_view name) const {
  return quote_identifier(schema_) + "." + quote_identifier(name);
}

Result<std::optional<SnapshotRow>> Snapshots::newest(pg::Session& session, const Wait& wait) const {
  const auto rows = session.query(
      SqlText(fmt::format(
          "SELECT s.run, pg_catalog.to_char(s.taken_at AT TIME ZONE 'UTC', "
          "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), s.fingerprint, s.salt, s.gate, "
          "(SELECT j.run FROM {} AS j WHERE j.state OPERATOR(pg_catalog.=) 'finished' "
          "ORDER BY j.id DESC LIMIT 1) FROM {} AS s WHERE NOT s.before ORDER BY s.run DESC LIMIT 1",
          table("journal"), table("snapshot"))),
      {}, wait);
  if (!rows) {
    const auto& error = rows.error();
    if (is_older_layout(error)) return std::optional<SnapshotRow>();
    return fail(error);
  }
  if (rows->size() == 0) return std::optional<SnapshotRow>();
  SnapshotRow row;
  row.run = rows->integer(0, 0);
  row.taken_at = rows->text(0, 1);
  row.fingerprint = rows->text(0, 2);
  row.salt = rows->text(0, 3);
  row.gate = rows->text(0, 4);
  if (!rows->is_null(0, 5) && rows->integer(0, 5) > row.run) row.later_run = rows->integer(0, 5);
  return std::optional<SnapshotRow>(std::move(row));
}

Result<std::string> Snapshots::content(pg::Session& session, std::int64_t run,
                                       const Wait& wait) const {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(SqlText(fmt::format("SELECT content FROM {} WHERE run OPERATOR(pg_catalog.=) "
                                        "$1::bigint AND NOT before",
                                        table("snapshot"))),
                    {std::to_string(run)}, wait));
  if (rows.size() == 0)
    return fail(ErrorCode::check_failed,
                fmt::format("the snapshot of run {} has been removed meanwhile", run));
  return std::string(rows.text(0, 0));
}

Result<std::optional<Snapshots::Before>> Snapshots::found_by(pg::Session& session, std::int64_t run,
                                                             const Wait& wait) const {
  const auto rows = session.query(
      SqlText(fmt::format(
          "SELECT s.content, s.relations FROM {0} AS s JOIN {1} AS r ON r.id OPERATOR(pg_catalog.=) $1::bigint "
          "WHERE (s.before AND s.run OPERATOR(pg_catalog.=) r.id) "
          "OR (NOT s.before AND s.run OPERATOR(pg_catalog.<) r.id "
          "AND EXISTS (SELECT FROM {1} AS e WHERE e.id OPERATOR(pg_catalog.=) s.run "
          "AND e.fingerprint_after OPERATOR(pg_catalog.=) r.fingerprint_before)) "
          "ORDER BY s.run DESC, s.before DESC LIMIT 1",
          table("snapshot"), table("run"))),
      {std::to_string(run)}, wait);
  if (!rows) {
    if (is_older_layout(rows.error())) return std::optional<Before>();
    return fail(rows.error());
  }
  if (rows->size() == 0) return std::optional<Before>();
  return std::optional(
      Before{.content = std::string(rows->text(0, 0)), .relations = std::string(rows->text(0, 1))});
}

Status Snapshots::add(pg::Session& session, const SnapshotRow& row, const std::string& content,
                      const std::string& fingerprint_after, std::int64_t keep,
                      const Wait& wait) const {
  const auto run = std::to_string(row.run);
  const pg::Query insert{
      SqlText(fmt::format(
          "INSERT INTO {} (run, fingerprint, salt, gate, content, relations) "
          "VALUES ($1::bigint, $2::text, $3::text, $4::text, $5::text, $6::text) "
          "ON CONFLICT (run, before) DO UPDATE SET taken_at = EXCLUDED.taken_at, fingerprint = "
          "EXCLUDED.fingerprint, salt = EXCLUDED.salt, gate = EXCLUDED.gate, "
          "content = EXCLUDED.content, relations = EXCLUDED.relations",
          table("snapshot"))),
      {run, row.fingerprint, row.salt, or_null(row.gate), content, or_null(row.relations)}};
  const pg::Query remove{
      SqlText(fmt::format("DELETE FROM {0} WHERE run OPERATOR(pg_catalog.<) (SELECT "
                          "pg_catalog.min(k.run) FROM (SELECT s.run FROM {0} AS s WHERE NOT "
                          "s.before ORDER BY s.run DESC LIMIT $1::bigint) AS k)",
                          table("snapshot"))),
      {std::to_string(keep)}};
  const pg::Query note{SqlText(fmt::format("UPDATE {} SET fingerprint_after = $2::text "
                                           "WHERE id OPERATOR(pg_catalog.=) $1::bigint",
                                           table("run"))),
                       {run, fingerprint_after}};
  SLIPWAY_TRY(session.pipeline({insert, remove, note}, wait));
  return {};
}

Status Snapshots::add_before(pg::Session& session, const SnapshotRow& row,
                             const std::string& content, const std::string& fingerprint_before,
                             const Wait& wait) const {
  const auto run = std::to_string(row.run);
  const pg::Query insert{
      SqlText(fmt::format(
          "INSERT INTO {} (run, before, fingerprint, salt, gate, content, relations) VALUES "
          "($1::bigint, true, $2::text, $3::text, $4::text, $5::text, $6::text)",
          table("snapshot"))),
      {run, row.fingerprint, row.salt, or_null(row.gate), content, or_null(row.relations)}};
  const pg::Query note{SqlText(fmt::format("UPDATE {} SET fingerprint_before = $2::text "
                                           "WHERE id OPERATOR(pg_catalog.=) $1::bigint",
                                           table("run"))),
                       {run, fingerprint_before}};
  SLIPWAY_TRY(session.pipeline({insert, note}, wait));
  return {};
}

Status Snapshots::note_before_as_after(pg::Session& session, std::int64_t run,
                                       std::int64_t earlier_run, const Wait& wait) const {
  SLIPWAY_TRY(session.query(
      SqlText(fmt::format("UPDATE {0} AS r SET fingerprint_before = e.fingerprint_after "
                          "FROM {0} AS e WHERE r.id OPERATOR(pg_catalog.=) $1::bigint "
                          "AND e.id OPERATOR(pg_catalog.=) $2::bigint",
                          table("run"))),
      {std::to_string(run), std::to_string(earlier_run)}, wait));
  return {};
}

} // namespace slipway::history
