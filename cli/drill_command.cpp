// slipway drill
#include "app_context.hpp"
#include "result_output.hpp"

#include "slipway/app/drill.hpp"
#include "slipway/app/runbook.hpp"
#include "slipway/base/duration.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

struct Options {
  std::string migration;
  bool own = false;
  bool from_backup = false;
  bool no_log = false;
  std::optional<std::int64_t> rows;
};

nlohmann::ordered_json document(const app::DrillReport& report, const std::string& log) {
  return {{"good", report.is_good()},
          {"migration", report.migration},
          {"own", report.is_own},
          {"from_backup", report.from},
          {"tables", report.tables},
          {"rows", report.rows},
          {"refused", report.refused},
          {"durations_ms",
           {{"backup", report.backup.count()},
            {"fast", report.fast.count()},
            {"restore", report.restore.count()},
            {"carry", report.carry.count()},
            {"closed", report.closed.count()},
            {"safe", report.whole.count()},
            {"longest_gap", report.longest_gap.count()}}},
          {"fast_error", report.fast_error},
          {"writes",
           {{"acknowledged", report.acknowledged},
            {"rows", report.written_rows},
            {"there", report.there},
            {"parked", report.parked},
            {"unsure", report.unsure},
            {"carried", report.carried}}},
          {"fingerprint_before", report.fingerprint_before},
          {"fingerprint_after", report.fingerprint_after},
          {"notes", report.notes},
          {"problems", report.problems},
          {"log", log}};
}

std::string text_of(const app::DrillReport& report) {
  auto text = fmt::format("drill of {}: {}\n", report.migration,
                          report.is_good() ? "everything came back" : "NOT as it must be");
  for (const auto& one : report.problems) text += "  problem    " + one + "\n";
  text += fmt::format("  filled     {} rows in {} tables{}\n", report.rows, report.tables,
                      report.from.empty() ? "" : ", on top of " + report.from);
  for (const auto& one : report.refused) text += "  not filled " + one + "\n";
  text += fmt::format("  backup     {}\n", format_duration(report.backup));
  if (!report.fast_error.empty())
    text += fmt::format("  fast path  failed after {}: {}\n", format_duration(report.fast),
                        report.fast_error);
  if (report.whole.count() > 0)
    text += fmt::format("  safe path  {}: restored in {}, carried over in {}, closed for {}\n",
                        format_duration(report.whole), format_duration(report.restore),
                        format_duration(report.carry), format_duration(report.closed));
  text +=
      fmt::format("  writes     {} acknowledged, of {} rows: {} there, {} parked, {} whose last "
                  "answer was lost; longest gap {}\n",
                  report.acknowledged, report.written_rows, report.there, report.parked,
                  report.unsure, format_duration(report.longest_gap));
  for (const auto& one : report.notes) text += "  note       " + one + "\n";
  return text;
}

Result<int> run(Invocation& invocation, const Options& options) {
  const auto context = app_context(invocation);
  app::DrillRequest request{
      .migration = {}, .own = options.own, .from_backup = options.from_backup};
  if (options.rows) request.rows = *options.rows;
  if (!options.migration.empty()) {
    SLIPWAY_ASSIGN(request.migration, Version::parse(options.migration));
  }
  SLIPWAY_ASSIGN(const auto report, app::hold_drill(context, request));
  std::string log;
  if (!options.no_log) {
    SLIPWAY_ASSIGN(auto written, app::note_rehearsal(context, app::rehearsal_of(report)));
    log = std::move(written.path);
  }
  if (invocation.format == Format::json) {
    print_json(invocation.out, document(report, log));
  } else {
    invocation.out.write(text_of(report));
    if (!log.empty()) invocation.out.line("noted in " + log);
  }
  return report.is_good() ? 0 : exit_status(ErrorCode::check_failed);
}

} // namespace

Command drill_command() {
  Command command;
  command.name = "drill";
  command.summary = "rehearse a rollback on a throwaway server, under writes";
  command.description =
      "Starts a PostgreSQL of its own and applies this project's migrations but the newest (or but --migration and those after it). "
      "Every table that takes made up rows gets some; with --from-backup it begins with the newest backup of the project instead. "
      "Then a backup, and the migration, while others insert, change and delete rows; and its down script is replaced by a bad one.\n\n"
      "The fast path has to fail. The safe path has to bring the old schema back, with the same fingerprint, and each write that was "
      "acknowledged has to be there or parked with a reason. That is compared with what the writers noted, not with what the rollback "
      "says of itself.\n\n"
      "A project that has no migration, or no table that could be written to, is drilled with a migration of slipway's own (--own). "
      "The result is a row in section 7 of the runbook, which is written if it is not there. The target is not touched.";
  command.group = "Mend";
  command.settings = {"migrations.folder", "history.schema", "run.deadline", "runbook.output"};
  command.examples = {{"slipway drill", "before the first release, and every month"},
                      {"slipway drill --from-backup", "with the rows of production"},
                      {"slipway drill --migration 20261120103000", "that one"}};
  command.exit_statuses = {{3, "something did not come back, or there is nothing to begin with"}};
  command.configure = [](CLI::App& app) -> Run {
    auto options = std::make_shared<Options>();
    auto* migration = app.add_option("--migration", options->migration,
                                     "The migration to be taken back; without it the newest")
                          ->type_name("VERSION");
    app.add_flag("--own", options->own,
                 "Take back a migration of slipway's own, on top of the project's")
        ->excludes(migration);
    app.add_flag("--from-backup", options->from_backup,
                 "Begin with the newest backup of the whole database");
    add_number(app, "--rows", options->rows, 1, "How many rows are made up for each table; 100");
    app.add_flag("--no-log", options->no_log, "Do not write to the runbook");
    return [options](Invocation& invocation) { return run(invocation, *options); };
  };
  return command;
}

} // namespace slipway::cli
