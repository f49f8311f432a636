// Reads and prepares the tables. What is written about a run is in store_writes.cpp.
#include "slipway/history/store.hpp"

#include "layout.hpp"
#include "row_values.hpp"

#include "slipway/base/sql_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <fmt/format.h>

namespace slipway::history {

namespace {

constexpr int k_layout_with_witness = 3;

plan::AppliedState state_from(std::string_view text) {
  if (text == "applying") return plan::AppliedState::applying;
  if (text == "undoing") return plan::AppliedState::undoing;
  return plan::AppliedState::applied;
}

plan::StatementState statement_state_from(std::string_view text) {
  if (text == "finished") return plan::StatementState::finished;
  if (text == "failed") return plan::StatementState::failed;
  return plan::StatementState::started;
}

plan::AppliedMigration applied_from(const pg::Rows& rows, std::size_t row) {
  plan::AppliedMigration one{.version = Version(rows.integer(row, 0)),
                             .name = std::string(rows.text(row, 1))};
  one.state = state_from(rows.text(row, 2));
  one.checksums.bytes = rows.text(row, 3);
  one.checksums.normalised = rows.text(row, 4);
  one.checksums.tokens = rows.text(row, 5);
  one.irreversible = optional_text(rows, row, 6);
  one.phase = optional_text(rows, row, 7);
  one.change = optional_text(rows, row, 8);
  one.order = rows.integer(row, 9);
  one.run = rows.integer(row, 10);
  one.applied_at = iso_utc(rows.real(row, 11));
  one.duration_ms = rows.real(row, 12);
  return one;
}

plan::JournaledStatement journaled_from(const pg::Rows& rows, std::size_t row) {
  plan::JournaledStatement one{.version = Version(rows.integer(row, 0))};
  one.direction = rows.text(row, 1) == "down" ? Direction::down : Direction::up;
  one.number = rows.integer(row, 2);
  one.digest = rows.text(row, 3);
  one.state = statement_state_from(rows.text(row, 4));
  one.run = rows.integer(row, 5);
  one.message = rows.text(row, 6);
  one.witness = optional_text(rows, row, 7);
  return one;
}

std::string version_array(const std::vector<Version>& versions) {
  std::string text = "{";
  for (const auto& version : versions) text += (text.size() > 1 ? "," : "") + version.str();
  return text + "}";
}

Error explain_privileges(Error error, const pg::Session& session, const std::string& schema) {
  if (!error.sql || error.sql->sqlstate != "42501") return error;
  const std::string user = quote_identifier(session.user());
  error.hint = fmt::format(
      "let the owner of the database run: GRANT CREATE ON DATABASE {} TO {}; or, when the schema is there already: "
      "GRANT USAGE, CREATE ON SCHEMA {} TO {}",
      quote_identifier(session.database()), user, quote_identifier(schema), user);
  error.next_command = "slipway doctor";
  return error;
}

} // namespace

std::string Store::table(std::string_view name) const {
  return quote_identifier(schema_) + "." + quote_identifier(name);
}

Result<int> Store::layout(pg::Session& session, const Wait& wait) const {
  const SqlText text(fmt::format("SELECT version FROM {}", table("layout")));
  auto rows = session.query(text, {}, wait);
  if (!rows) {
    auto error = rows.error();
    // No such schema, no such table: slipway has never run here.
    if (error.sql && (error.sql->sqlstate == "3F000" || error.sql->sqlstate == "42P01")) return 0;
    return fail(explain_privileges(std::move(error), session, schema_));
  }
  if (rows->size() != 1)
    return fail(
        Error(ErrorCode::unsupported,
              fmt::format("the table {} does not hold exactly one row", table("layout")))
            .with_hint(
                "it is not a history that slipway made; choose another schema with history.schema"));
  const int found = static_cast<int>(rows->integer(0, 0));
  if (found > k_layout)
    return fail(
        Error(ErrorCode::unsupported,
              fmt::format(
                  "the history in schema {} has layout {}, and this slipway knows layouts up to {}",
                  quote_identifier(schema_), found, k_layout))
            .with_hint("a newer slipway was used here; use that one")
            .with_state("nothing was changed"));
  return found;
}

Status Store::prepare(pg::Session& session, const Wait& wait) const {
  SLIPWAY_ASSIGN(const int found, layout(session, wait));
  if (found == k_layout) return {};
  SLIPWAY_TRY(session.execute(SqlText("BEGIN"), wait));
  const auto move = [&]() -> Status {
    SLIPWAY_TRY(move_layout(session, found, wait));
    SLIPWAY_TRY(session.execute(SqlText("COMMIT"), wait));
    return {};
  };
  auto moved = move();
  if (moved) return {};
  if (session.usable()) SLIPWAY_TRY(session.execute(SqlText("ROLLBACK"), wait));
  return fail(std::move(moved).error());
}

Status Store::prepare_within(pg::Session& session, const Wait& wait) const {
  // A query of a table that is not there would end the transaction.
  SLIPWAY_ASSIGN(const auto there,
                 session.query(SqlText("SELECT pg_catalog.to_regclass($1::text) IS NOT NULL"),
                               {table("layout")}, wait));
  int found = 0;
  if (there.boolean(0, 0)) {
    SLIPWAY_ASSIGN(found, layout(session, wait));
  }
  if (found == k_layout) return {};
  return move_layout(session, found, wait);
}

Status Store::move_layout(pg::Session& session, int from, const Wait& wait) const {
  const auto move = [&]() -> Status {
    for (; from < k_layout; ++from)
      for (const auto& statement : layout_statements(from, schema_))
        SLIPWAY_TRY(session.execute(SqlText(statement), wait));
    SLIPWAY_TRY(
        session.query(SqlText(fmt::format(
                          "INSERT INTO {} (version) VALUES ($1::integer) ON CONFLICT (only_row) "
                          "DO UPDATE SET version = EXCLUDED.version, changed_at = pg_catalog.now()",
                          table("layout"))),
                      {std::to_string(k_layout)}, wait));
    return {};
  };
  auto moved = move();
  if (moved) return {};
  return fail(explain_privileges(std::move(moved).error(), session, schema_));
}

Result<plan::History> Store::read(pg::Session& session, const Wait& wait) const {
  plan::History history;
  SLIPWAY_ASSIGN(const int found, layout(session, wait));
  if (found == 0) return history;
  history.exists = true;
  // One run can undo a migration and apply it again (redo): what it journaled on the earlier way
  // is not part of the way that is under way now.
  const std::vector<pg::Query> queries{
      {SqlText(fmt::format(
           "SELECT version, name, state, checksum_bytes, checksum_normalised, checksum_tokens, irreversible, phase, "
           "change, applied_order, run, pg_catalog.date_part('epoch', applied_at), duration_ms "
           "FROM {} ORDER BY applied_order",
           table("migration"))),
       {}},
      {SqlText(fmt::format(
           "SELECT DISTINCT ON (j.version, j.direction, j.statement) j.version, j.direction, j.statement, j.digest, "
           "j.state, j.run, j.message, {} FROM {} AS j JOIN {} AS m ON m.version OPERATOR(pg_catalog.=) j.version "
           "WHERE m.state OPERATOR(pg_catalog.<>) 'applied' AND j.run OPERATOR(pg_catalog.>=) m.run "
           "AND NOT EXISTS (SELECT FROM {} AS o WHERE o.version OPERATOR(pg_catalog.=) j.version "
           "AND o.direction OPERATOR(pg_catalog.<>) j.direction AND o.id OPERATOR(pg_catalog.>) j.id) "
           "ORDER BY j.version, j.direction, j.statement, j.id DESC",
           found >= k_layout_with_witness ? "j.witness" : "NULL::text", table("journal"),
           table("migration"), table("journal"))),
       {}}};
  SLIPWAY_ASSIGN(const auto results, session.pipeline(queries, wait));
  history.applied.reserve(results[0].size());
  for (std::size_t row = 0; row < results[0].size(); ++row)
    history.applied.push_back(applied_from(results[0], row));
  for (std::size_t row = 0; row < results[1].size(); ++row)
    history.unfinished.push_back(journaled_from(results[1], row));
  return history;
}

Status Store::read_texts(pg::Session& session, plan::History& history,
                         const std::vector<Version>& versions, const Wait& wait) const {
  const SqlText text(fmt::format("SELECT version, up_text, down_text FROM {} "
                                 "WHERE version OPERATOR(pg_catalog.=) ANY ($1::bigint[])",
                                 table("migration")));
  SLIPWAY_ASSIGN(const auto rows, session.query(text, {version_array(versions)}, wait));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const Version version(rows.integer(row, 0));
    const auto found =
        std::find_if(history.applied.begin(), history.applied.end(),
                     [&](const plan::AppliedMigration& one) { return one.version == version; });
    if (found == history.applied.end()) continue;
    found->up_text = optional_text(rows, row, 1);
    found->down_text = optional_text(rows, row, 2);
  }
  return {};
}

Result<std::vector<RunRow>> Store::runs(pg::Session& session, std::int64_t limit,
                                        const Wait& wait) const {
  const SqlText text(fmt::format(
      "SELECT id, kind, actor, host, pid, tool_version, git_sha, pg_catalog.date_part('epoch', started_at), "
      "pg_catalog.date_part('epoch', finished_at), outcome FROM {} ORDER BY id DESC LIMIT $1::bigint",
      table("run")));
  SLIPWAY_ASSIGN(const auto rows, session.query(text, {std::to_string(limit)}, wait));
  std::vector<RunRow> runs;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    RunRow one;
    one.id = rows.integer(row, 0);
    one.info = RunInfo{.kind = std::string(rows.text(row, 1)),
                       .actor = std::string(rows.text(row, 2)),
                       .host = std::string(rows.text(row, 3)),
                       .pid = static_cast<int>(rows.integer(row, 4)),
                       .tool_version = std::string(rows.text(row, 5)),
                       .git_sha = std::string(rows.text(row, 6))};
    one.started_at = iso_utc(rows.real(row, 7));
    if (!rows.is_null(row, 8)) one.finished_at = iso_utc(rows.real(row, 8));
    one.outcome = rows.text(row, 9);
    runs.push_back(std::move(one));
  }
  return runs;
}

} // namespace slipway::history
