// slipway trash
#include "app_context.hpp"
#include "confirm.hpp"
#include "result_output.hpp"

#include "slipway/app/trash.hpp"
#include "slipway/base/duration.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

struct Options {
  std::string older_than;
  std::int64_t run = 0;
};

void add_options(CLI::App& app, Options& options) {
  app.add_option("--older-than", options.older_than,
                 "What was put aside that long ago: 24h; not what nobody knows the age of")
      ->type_name("DURATION");
  app.add_option("--run", options.run, "What this run has put aside")
      ->check(CLI::PositiveNumber)
      ->type_name("RUN");
}

Result<app::TrashSelection> selection(const Options& options) {
  app::TrashSelection which;
  if (options.run > 0) which.run = options.run;
  if (options.older_than.empty()) return which;
  auto age = parse_duration(options.older_than);
  if (!age) {
    auto error = std::move(age).error();
    error.code = ErrorCode::usage;
    return fail(std::move(error));
  }
  which.older_than = *age;
  return which;
}

std::string place_of(const inspect::TrashItem& item) {
  return item.column == 0 ? item.table.quoted()
                          : item.table.quoted() + "." + quote_identifier(item.column_name);
}

nlohmann::ordered_json report_json(const app::TrashReport& report) {
  auto entries = nlohmann::ordered_json::array();
  for (const auto& one : report.entries)
    entries.push_back({{"object", one.item.was()},
                       {"place", place_of(one.item)},
                       {"bytes", one.item.column == 0 ? nlohmann::ordered_json(one.item.bytes)
                                                      : nlohmann::ordered_json()},
                       {"run", one.run},
                       {"migration", one.migration},
                       {"age_seconds", one.age ? nlohmann::ordered_json(one.age->count())
                                               : nlohmann::ordered_json()}});
  return {{"database", report.database},
          {"entries", std::move(entries)},
          {"empty_schemas", report.empty_schemas}};
}

void print_report(Invocation& invocation, const app::TrashReport& report) {
  if (invocation.format == Format::json) return print_json(invocation.out, report_json(report));
  if (report.entries.empty() && report.empty_schemas.empty())
    invocation.out.line("the trash is empty");
  for (const auto& one : report.entries) {
    const auto whose = one.run == 0
                           ? std::string("no migration of the history has put it aside")
                           : fmt::format("by {} (run {}), {} ago", one.migration, one.run,
                                         one.age ? format_duration(*one.age) : "nobody knows when");
    invocation.out.line(observe::printable(invocation.out.masked(
        fmt::format("{}  {}\n  in {}", one.item.was(), whose, place_of(one.item)))));
  }
  for (const auto& one : report.empty_schemas)
    invocation.out.line("an empty schema: " + observe::printable(one));
}

Result<int> list(Invocation& invocation) {
  SLIPWAY_ASSIGN(const auto report, app::list_trash(app_context(invocation)));
  print_report(invocation, report);
  return 0;
}

Result<int> empty(Invocation& invocation, const Options& options) {
  const auto context = app_context(invocation);
  SLIPWAY_ASSIGN(const auto which, selection(options));
  SLIPWAY_ASSIGN(auto report, app::list_trash(context));
  std::erase_if(report.entries, [&](const auto& one) { return !app::is_meant(one, which); });
  if (!report.entries.empty()) {
    if (invocation.format != Format::json) print_report(invocation, report);
    SLIPWAY_TRY(confirm_by_typing(
        invocation,
        fmt::format("This drops {} for good in {}. The way back of its migration ends here.",
                    report.entries.size() == 1 ? report.entries.front().item.was()
                                               : fmt::format("all {}", report.entries.size()),
                    report.database),
        report.database));
  }
  SLIPWAY_ASSIGN(const auto emptied, app::empty_trash(context, which));
  if (invocation.format == Format::json) {
    print_json(invocation.out, {{"run", emptied.run}, {"dropped", emptied.dropped}});
    return 0;
  }
  for (const auto& one : emptied.dropped)
    invocation.out.line("dropped for good: " + observe::printable(invocation.out.masked(one)));
  if (emptied.dropped.empty()) invocation.out.line("nothing to drop");
  return 0;
}

} // namespace

Command trash_command() {
  Command command;
  command.name = "trash";
  command.summary = "what soft drops have put aside: look at it, drop it for good";
  command.description =
      "A migration that slipway generate --soft-drop wrote does not drop tables and columns: it puts them aside, so that its way "
      "back brings them again as they were, in a moment. Nobody sees them meanwhile: they count as dropped for diff, drift and every "
      "proof. They take up their room until `slipway trash empty`.\n\n"
      "`list` says what is there, whose it is and since when. `empty` drops it for good, all of it or what --older-than and --run "
      "say, as soon as nobody holds it, with the time-outs of `up`, and says so in the history. What something else depends on stays, "
      "and is named. From then on the way back of the migration fails, and a rollback of it goes over the backup.";
  command.group = "Mend";
  command.settings = run_settings();
  command.examples = {{"slipway trash list", "what is still there"},
                      {"slipway trash empty --older-than 336h", "what is two weeks old"},
                      {"slipway trash empty --run 12 --yes", "what run 12 has put aside"}};
  command.exit_statuses = {{6, "another slipway or a lock was in the way for too long"},
                           {7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    auto options = std::make_shared<Options>();
    app.require_subcommand(1, 1);
    app.add_subcommand("list", "what is there, and since when");
    CLI::App* emptying = app.add_subcommand("empty", "drop it for good");
    add_options(*emptying, *options);
    return [options, emptying](Invocation& invocation) -> Result<int> {
      return emptying->parsed() ? empty(invocation, *options) : list(invocation);
    };
  };
  return command;
}

} // namespace slipway::cli
