// What a runbook says of the database itself: names, sizes, and how long things took.
#include "runbook_sightings.hpp"

#include "slipway/app/backup.hpp"
#include "slipway/app/target.hpp"
#include "slipway/base/duration.hpp"
#include "slipway/history/run_timing.hpp"
#include "slipway/os/clock.hpp"

#include <algorithm>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr const char* k_largest_tables = R"(
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname),
       GREATEST(c.reltuples::bigint, pg_catalog.pg_stat_get_live_tuples(c.oid), 0)
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
 WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}'::"char"[]) AND NOT c.relispartition AND c.relpersistence OPERATOR(pg_catalog.<>) 't'
   AND n.nspname OPERATOR(pg_catalog.<>) ALL (ARRAY['pg_catalog', 'information_schema', $1]::name[])
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
                    WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                      AND d.objid OPERATOR(pg_catalog.=) c.oid AND d.deptype OPERATOR(pg_catalog.=) 'e')
 ORDER BY pg_catalog.pg_total_relation_size(c.oid) DESC, 1
 LIMIT 12)";

std::string variable_of(const Context& context) {
  const auto& url = context.config.value("target.url");
  if (url.origin == config::Origin::environment) return url.where;
  if (url.origin == config::Origin::built_in && context.config.text("target.url_file").empty() &&
      context.config.text_list("target.url_command").empty())
    return std::string(k_pg_variables);
  return {};
}

std::optional<report::RunbookTiming> timing(const std::optional<history::RunTiming>& run) {
  if (!run) return std::nullopt;
  return report::RunbookTiming{.took = format_duration(run->took),
                               .source = fmt::format("run {} of {}", run->run, run->started_at)};
}

Status ask_target(const Context& context, report::RunbookSightings& seen) {
  const auto wait = look_wait(context);
  SLIPWAY_ASSIGN(auto session, open_session(context, "runbook", wait));
  const auto schema = context.config.text("history.schema");
  SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(k_largest_tables), {schema}, wait));
  report::RunbookSightings now{.seen_at = fmt::format("{:%Y-%m-%d}", fmt::gmtime(os::now())),
                               .variable = variable_of(context),
                               .database = session.database(),
                               .server = "PostgreSQL " + session.parameter("server_version"),
                               .backup = seen.backup};
  for (std::size_t row = 0; row < rows.size(); ++row)
    now.tables.push_back({.name = std::string(rows.text(row, 0)), .rows = rows.integer(row, 1)});
  SLIPWAY_ASSIGN(const int layout, history::Store(schema).layout(session, wait));
  if (layout > 0) {
    SLIPWAY_ASSIGN(const auto up, history::newest_timing(session, schema, "up", wait));
    SLIPWAY_ASSIGN(const auto back, history::newest_timing(session, schema, "rollback", wait));
    now.up = timing(up);
    now.rollback = timing(back);
  }
  seen = std::move(now);
  return {};
}

void ask_store(const Context& context, report::RunbookSightings& seen) {
  const auto list = list_backups(context);
  if (!list) {
    context.events.on_event(
        event::Warning{.message = "the backups cannot be listed: " + list.error().message,
                       .hint = "slipway backup list"});
    return;
  }
  const auto& all = list->listing.backups;
  const auto whole = std::find_if(all.begin(), all.end(), [&](const auto& one) {
    return one.manifest.extent == backup::Extent::all &&
           (seen.database.empty() || one.manifest.database == seen.database);
  });
  if (whole == all.end()) return;
  const auto& made = whole->manifest;
  seen.backup = report::RunbookTiming{
      .took = format_duration(Millis(made.duration_ms)),
      .source = fmt::format("{}: {} rows, {:.1f} MB stored", made.name, made.row_count(),
                            static_cast<double>(made.stored_bytes()) / 1e6)};
}

} // namespace

std::string look_around(const Context& context, report::RunbookSightings& seen) {
  std::string not_asked;
  if (!has_target(context))
    not_asked = "no target is configured";
  else if (const auto asked = ask_target(context, seen); !asked)
    not_asked = asked.error().message;
  ask_store(context, seen);
  return not_asked;
}

} // namespace slipway::app
