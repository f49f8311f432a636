// slipway drift
#include "app_context.hpp"
#include "schema_options.hpp"

#include "slipway/app/drift.hpp"
#include "slipway/report/drift_report.hpp"

namespace slipway::cli {

namespace {

struct Options {
  bool since_last_run = false;
  bool markdown = false;
  bool no_cache = false;
};

std::string level_name(app::DriftLevel level) {
  switch (level) {
  case app::DriftLevel::gate:
    return "gate";
  case app::DriftLevel::digests:
    return "digests";
  case app::DriftLevel::detail:
    return "detail";
  }
  return "detail";
}

Result<int> look(Invocation& invocation, const Options& options) {
  if (options.markdown && invocation.format == Format::json)
    return fail(ErrorCode::usage, "--markdown and --json exclude each other");
  SLIPWAY_ASSIGN(const auto found,
                 app::drift(app_context(invocation),
                            options.since_last_run ? app::DriftAgainst::last_run
                                                   : app::DriftAgainst::migrations,
                            options.no_cache ? app::Remembered::not_used : app::Remembered::used));
  const report::DriftFacts facts{.target = found.target,
                                 .against = found.against,
                                 .level = level_name(found.level),
                                 .notes = found.notes,
                                 .unmanaged_allowed = found.unmanaged_allowed,
                                 .is_drift = found.is_drift()};
  if (invocation.format == Format::json)
    invocation.out.write(report::drift_json(facts, found.drift));
  else
    print_lines(invocation.out, options.markdown ? report::drift_markdown(facts, found.drift)
                                                 : report::drift_text(facts, found.drift));
  return found.is_drift() ? exit_status(ErrorCode::check_failed) : 0;
}

} // namespace

Command drift_command() {
  Command command;
  command.name = "drift";
  command.summary = "show what in the schema is not as the migrations made it";
  command.description =
      "Compares the database with what its applied migrations make on a throwaway server, or with --since-last-run with the "
      "snapshot that the last run kept in the history. Each object that differs is named with the property, the SQL that "
      "makes the difference and the SQL that undoes it. What nothing expects is told apart: it is drift, too, unless "
      "--allow-unmanaged. --ignore names what may differ.\n\n"
      "Only reads. It may run every minute: as long as nothing in the catalogs has changed since it last found no drift, one "
      "query says so. That it remembers in a small file below XDG_STATE_HOME. What the migrations come to is kept below "
      "XDG_CACHE_HOME for the day, so that drift that stays is told again without another throwaway server.";
  command.group = "Look";
  command.settings = schema_reading_settings();
  for (const auto* key : {"migrations.folder", "drift.ignore", "drift.allow_unmanaged"})
    command.settings.emplace_back(key);
  command.examples = {
      {"slipway drift", "did somebody change the database by hand?"},
      {"slipway drift --since-last-run", "every minute, without a throwaway server"},
      {"slipway drift --ignore 'public.tmp_*' --markdown", "for a ticket"}};
  command.exit_statuses = {{3, "there is drift"}, {7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    auto options = std::make_shared<Options>();
    app.add_flag("--since-last-run", options->since_last_run,
                 "Compare with what the last run left, as the history keeps it");
    app.add_flag("--no-cache", options->no_cache,
                 "Make the migrations anew, whatever is remembered of what they come to");
    app.add_flag("--markdown", options->markdown, "Print it as Markdown");
    return [options](Invocation& invocation) { return look(invocation, *options); };
  };
  return command;
}

} // namespace slipway::cli
