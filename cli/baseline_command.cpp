// slipway baseline
#include "app_context.hpp"

namespace slipway::cli {

Command baseline_command() {
  Command command;
  command.name = "baseline";
  command.summary = "record migrations up to a version as applied, without running them";
  command.description =
      "For a database that has the schema already but not slipway's history. Refused when something is recorded: a history is "
      "written once.";
  command.group = "Mend";
  command.settings = run_settings();
  command.examples = {
      {"slipway baseline 20261120103000", "everything up to that one is in the database"}};
  command.exit_statuses = {{3, "the history is not empty"},
                           {6, "another slipway was in the way for too long"},
                           {7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    auto version = std::make_shared<std::string>();
    app.add_option("VERSION", *version, "The newest version that is in the database already")
        ->required();
    return [version](Invocation& invocation) -> Result<int> {
      SLIPWAY_ASSIGN(const auto to, Version::parse(*version));
      SLIPWAY_ASSIGN(const auto report, app::baseline(app_context(invocation), to));
      return print_run(invocation, report);
    };
  };
  return command;
}

} // namespace slipway::cli
