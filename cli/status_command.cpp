// slipway status
#include "app_context.hpp"

#include "slipway/report/status_report.hpp"

namespace slipway::cli {

Command status_command() {
  Command command;
  command.name = "status";
  command.summary = "show what is applied, pending, changed or missing, and the next command";
  command.description =
      "Compares the files with the history: [x] applied, [ ] pending, [~] half done, [!] changed or merged late, [?] applied but "
      "without a file here. The last line is the command to run next. Reads only.";
  command.group = "Look";
  command.settings = target_settings();
  command.examples = {
      {"slipway status", "the whole truth on one screen"},
      {"slipway status --exit-code", "in CI: exit 3 unless everything is applied and unchanged"}};
  command.exit_statuses = {
      {3, "with --exit-code: something is pending, changed, missing or half done"},
      {7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    auto exit_code = std::make_shared<bool>(false);
    app.add_flag("--exit-code", *exit_code, "Exit 3 unless everything is applied and unchanged");
    return [exit_code](Invocation& invocation) -> Result<int> {
      SLIPWAY_ASSIGN(const auto status, app::status(app_context(invocation)));
      const auto render =
          invocation.format == Format::json ? report::status_json : report::status_text;
      invocation.out.write(render(status.comparison, status.folder, status.history, status.target));
      return *exit_code && !status.comparison.clean() ? exit_status(ErrorCode::check_failed) : 0;
    };
  };
  return command;
}

} // namespace slipway::cli
