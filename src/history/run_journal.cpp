// What the history tells of a run and of those that followed it.
#include "slipway/history/run_journal.hpp"

#include "row_values.hpp"

#include "slipway/base/sql_text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::history {

namespace {

// As the rollback over a backup says it in the message of its run.
std::string taken_back(std::int64_t run) {
  return fmt::format("run {} was taken back", run);
}

JournalRow journal_row_from(const pg::Rows& rows, std::size_t row) {
  JournalRow one;
  one.version = Version(rows.integer(row, 0));
  one.direction = rows.text(row, 1) == "down" ? Direction::down : Direction::up;
  one.statement = rows.integer(row, 2);
  one.state = rows.text(row, 3);
  one.started_at = iso_utc(rows.real(row, 4));
  one.took_ms = rows.integer(row, 5);
  one.lock_wait_ms = rows.integer(row, 6);
  one.retries = rows.integer(row, 7);
  one.rows = rows.integer(row, 8);
  one.sqlstate = rows.text(row, 9);
  one.message = rows.text(row, 10);
  return one;
}

Result<std::vector<JournalRow>> read_journal(pg::Session& session, const std::string& schema,
                                             std::int64_t run, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(
          SqlText(fmt::format(
              "SELECT version, direction, statement, state, pg_catalog.date_part('epoch', "
              "started_at), COALESCE((1000 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', "
              "finished_at OPERATOR(pg_catalog.-) started_at))::bigint, 0), lock_wait_ms::bigint, "
              "retries, rows, sqlstate, message FROM {}.journal WHERE run "
              "OPERATOR(pg_catalog.=) $1::bigint ORDER BY id",
              quote_identifier(schema))),
          {std::to_string(run)}, wait));
  std::vector<JournalRow> journal;
  for (std::size_t row = 0; row < rows.size(); ++row)
    journal.push_back(journal_row_from(rows, row));
  return journal;
}

} // namespace

Result<std::int64_t> newest_troubled_run(pg::Session& session, const std::string& history_schema,
                                         const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(fmt::format(
                                                    R"(SELECT r.id FROM {0}.run AS r
 WHERE r.kind OPERATOR(pg_catalog.=) 'up'
   AND (r.outcome IS NULL OR r.outcome OPERATOR(pg_catalog.<>) 'done' OR EXISTS (
     SELECT FROM {0}.run AS b
      WHERE b.kind OPERATOR(pg_catalog.=) 'rollback' AND b.id OPERATOR(pg_catalog.>) r.id
        AND (pg_catalog.starts_with(b.message, pg_catalog.format('run %s was taken back', r.id)) OR EXISTS (
          SELECT FROM {0}.journal AS d JOIN {0}.journal AS u ON u.version OPERATOR(pg_catalog.=) d.version
           WHERE d.run OPERATOR(pg_catalog.=) b.id AND d.direction OPERATOR(pg_catalog.=) 'down'
             AND u.run OPERATOR(pg_catalog.=) r.id AND u.direction OPERATOR(pg_catalog.=) 'up'))))
 ORDER BY r.id DESC LIMIT 1)",
                                                    quote_identifier(history_schema))),
                                                {}, wait));
  return rows.size() == 0 ? 0 : rows.integer(0, 0);
}

Result<std::vector<RunStory>> read_stories(pg::Session& session, const std::string& history_schema,
                                           std::int64_t run, std::int64_t limit, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText(fmt::format("SELECT id FROM {}.run WHERE id "
                                                   "OPERATOR(pg_catalog.>=) $1::bigint ORDER BY id "
                                                   "LIMIT $2::bigint",
                                                   quote_identifier(history_schema))),
                               {std::to_string(run), std::to_string(limit)}, wait));
  std::vector<RunStory> stories;
  if (rows.size() == 0 || rows.integer(0, 0) != run) return stories;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    SLIPWAY_ASSIGN(auto details, read_run(session, history_schema, rows.integer(row, 0), wait));
    if (!details) continue;
    RunStory story{.run = std::move(*details)};
    SLIPWAY_ASSIGN(story.journal, read_journal(session, history_schema, story.run.row.id, wait));
    stories.push_back(std::move(story));
  }
  return stories;
}

Result<std::vector<std::uint64_t>> transactions_of_run(pg::Session& session,
                                                       const std::string& history_schema,
                                                       std::int64_t run, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText(fmt::format("SELECT DISTINCT j.xmin::text::bigint "
                                                   "FROM {}.journal AS j WHERE j.run "
                                                   "OPERATOR(pg_catalog.=) $1::bigint ORDER BY 1",
                                                   quote_identifier(history_schema))),
                               {std::to_string(run)}, wait));
  std::vector<std::uint64_t> transactions;
  for (std::size_t row = 0; row < rows.size(); ++row)
    transactions.push_back(static_cast<std::uint64_t>(rows.integer(row, 0)));
  return transactions;
}

bool took_back(const RunStory& later, const RunStory& earlier) {
  if (later.run.row.info.kind != "rollback" || later.run.row.outcome != "done") return false;
  if (later.run.message.starts_with(taken_back(earlier.run.row.id))) return true;
  return std::any_of(later.journal.begin(), later.journal.end(), [&](const JournalRow& down) {
    return down.direction == Direction::down &&
           std::any_of(earlier.journal.begin(), earlier.journal.end(), [&](const JournalRow& up) {
             return up.direction == Direction::up && up.version == down.version;
           });
  });
}

} // namespace slipway::history
