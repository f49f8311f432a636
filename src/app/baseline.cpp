#include "slipway/app/migrations.hpp"

#include "runner.hpp"

#include <fmt/format.h>

namespace slipway::app {

namespace {

Result<std::vector<source::Migration>> files_up_to(const source::Folder& folder, Version to) {
  std::vector<source::Migration> chosen;
  for (const auto& file : folder.files) {
    if (file.version > to) continue;
    SLIPWAY_ASSIGN(auto migration, source::parse_migration(file));
    chosen.push_back(std::move(migration));
  }
  if (chosen.empty() || chosen.back().version != to)
    return fail(Error(ErrorCode::usage, fmt::format("there is no migration {}", to.str()))
                    .with_hint("`slipway status` lists the versions")
                    .with_next("slipway status"));
  return chosen;
}

} // namespace

Result<RunReport> baseline(const Context& context, Version to) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(const auto folder, read_migrations(context));
  SLIPWAY_ASSIGN(const auto migrations, files_up_to(folder, to));
  SLIPWAY_ASSIGN(auto runner, Runner::begin(context, "baseline", wait));
  RunReport report;
  auto outcome = [&]() -> Status {
    SLIPWAY_ASSIGN(const auto history, runner->history(wait));
    if (!history.applied.empty())
      return fail(
          Error(ErrorCode::check_failed,
                fmt::format(
                    "{} migrations are recorded already; a baseline is for a database that slipway "
                    "does not know yet",
                    history.applied.size()))
              .with_state("nothing was changed")
              .with_next("slipway status"));
    SLIPWAY_TRY(runner->start_run(static_cast<std::int64_t>(migrations.size()), wait));
    std::vector<pg::Query> queries{{SqlText("BEGIN"), {}}};
    for (auto& query : runner->prologue()) queries.push_back(std::move(query));
    for (const auto& migration : migrations) {
      queries.push_back(runner->store().record_applied(migration, runner->run_id(), 0));
      report.done.push_back(Done{.version = migration.version, .name = migration.name});
    }
    queries.push_back({SqlText("COMMIT"), {}});
    SLIPWAY_TRY(runner->session().pipeline(queries, wait));
    report.run = runner->run_id();
    return {};
  }();
  if (!outcome) report.done.clear();
  return runner->finish(std::move(report), std::move(outcome));
}

} // namespace slipway::app
