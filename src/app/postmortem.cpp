// Gathers what is known of a run that went wrong, wherever it is kept.
#include "slipway/app/postmortem.hpp"

#include "slipway/app/backup.hpp"
#include "slipway/app/target.hpp"
#include "slipway/rollback/safe_path.hpp"
#include "slipway/source/folder.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr std::int64_t k_most_runs = 12;
constexpr std::string_view k_no_such_table = "42P01";

Error nothing_happened(std::int64_t run) {
  if (run != 0)
    return Error(ErrorCode::check_failed, fmt::format("there is no run {} in the history", run))
        .with_next("slipway status");
  return Error(ErrorCode::check_failed, "no run failed, and none was taken back")
      .with_hint("name a run to write of another one: slipway postmortem RUN");
}

Result<std::vector<ParkedSum>> parked_by(pg::Session& session, const std::string& schema,
                                         std::int64_t run, const Wait& wait) {
  auto rows = session.query(
      SqlText(fmt::format(
          "SELECT pg_catalog.format('%I.%I', schema_name, table_name), operation, "
          "pg_catalog.count(*), (pg_catalog.array_agg(message ORDER BY id))[1] FROM {}.parked "
          "WHERE run OPERATOR(pg_catalog.=) $1::text GROUP BY 1, 2 ORDER BY 1, 2",
          quote_identifier(schema))),
      {std::to_string(run)}, wait);
  std::vector<ParkedSum> sums;
  // Made by the first rollback over a backup.
  if (!rows && rows.error().sql && rows.error().sql->sqlstate == k_no_such_table) return sums;
  if (!rows) return fail(std::move(rows).error());
  for (std::size_t row = 0; row < rows->size(); ++row)
    sums.push_back({.table = std::string(rows->text(row, 0)),
                    .operation = std::string(rows->text(row, 1)),
                    .rows = rows->integer(row, 2),
                    .reason = std::string(rows->text(row, 3))});
  return sums;
}

Result<std::string> kept_database(pg::Session& session, std::int64_t run, const Wait& wait) {
  const auto name = rollback::broken_name(session.database(), run);
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText("SELECT EXISTS (SELECT FROM pg_catalog.pg_database AS d "
                                       "WHERE d.datname OPERATOR(pg_catalog.=) $1::name)"),
                               {name}, wait));
  return rows.boolean(0, 0) ? name : std::string();
}

// The text of a time is "2026-11-20T10:30:00Z" on both sides.
void find_backup_before(const Context& context, Postmortem& found) {
  const auto list = list_backups(context);
  if (!list) {
    context.events.on_event(
        event::Warning{.message = "the backups cannot be listed: " + list.error().message,
                       .hint = "slipway backup list"});
    return;
  }
  for (const auto& one : list->listing.backups) {
    if (one.manifest.database != found.database || one.manifest.extent != backup::Extent::all ||
        one.manifest.created > found.story.run.row.started_at)
      continue;
    found.backup = one.manifest.name;
    return;
  }
}

// Names are a help for readers; the versions are what counts.
void name_migrations(const Context& context, Postmortem& found) {
  const auto folder = source::read_folder(context.files, context.config.path("migrations.folder"));
  if (!folder) return;
  for (const auto& file : folder->files) found.names[file.version] = file.name;
}

void find_way_back(Postmortem& found) {
  for (std::size_t at = 0; at < found.after.size() && found.back_by == 0; ++at) {
    if (!history::took_back(found.after[at], found.story)) continue;
    found.back_by = at + 1;
    found.over_backup = found.after[at].journal.empty();
  }
}

} // namespace

Result<Postmortem> look_into(const Context& context, std::int64_t run) {
  const auto wait = look_wait(context);
  SLIPWAY_ASSIGN(auto session, open_session(context, "postmortem", wait));
  const auto schema = context.config.text("history.schema");
  SLIPWAY_ASSIGN(const int layout, history::Store(schema).layout(session, wait));
  if (layout == 0) return fail(nothing_happened(run));
  if (run == 0) {
    SLIPWAY_ASSIGN(run, history::newest_troubled_run(session, schema, wait));
    if (run == 0) return fail(nothing_happened(0));
  }
  SLIPWAY_ASSIGN(auto stories, history::read_stories(session, schema, run, k_most_runs, wait));
  if (stories.empty()) return fail(nothing_happened(run));
  Postmortem found{.target = session.describe(),
                   .database = session.database(),
                   .story = std::move(stories.front())};
  found.after.assign(std::make_move_iterator(stories.begin() + 1),
                     std::make_move_iterator(stories.end()));
  find_way_back(found);
  SLIPWAY_ASSIGN(found.parked, parked_by(session, schema, run, wait));
  SLIPWAY_ASSIGN(found.kept, kept_database(session, run, wait));
  find_backup_before(context, found);
  name_migrations(context, found);
  return found;
}

} // namespace slipway::app
