// slipway verify
#include "app_context.hpp"

#include "slipway/report/status_report.hpp"

namespace slipway::cli {

Command verify_command() {
  Command command;
  command.name = "verify";
  command.summary = "check the files against what was applied";
  command.description =
      "Exit 3 when a file changed after being applied, an applied migration has no file, one was merged late, or one is half "
      "done. A difference in line ends or comments is a note; `slipway repair` takes it over. What is pending is not a mismatch.";
  command.group = "Mend";
  command.settings = target_settings();
  command.examples = {{"slipway verify", "before a deploy, or in CI"}};
  command.exit_statuses = {{3, "files and history do not agree"}, {7, "no connection"}};
  command.configure = [](CLI::App&) -> Run {
    return [](Invocation& invocation) -> Result<int> {
      SLIPWAY_ASSIGN(const auto status, app::status(app_context(invocation)));
      const auto& comparison = status.comparison;
      invocation.out.write(
          invocation.format == Format::json
              ? report::status_json(comparison, status.folder, status.history, status.target)
              : report::verify_text(comparison, status.folder));
      const auto pending = comparison.count(plan::EntryState::pending);
      const bool agrees =
          comparison.changed() == 0 &&
          comparison.count(plan::EntryState::applied) + pending == comparison.entries.size();
      return agrees ? 0 : exit_status(ErrorCode::check_failed);
    };
  };
  return command;
}

} // namespace slipway::cli
