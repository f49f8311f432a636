// slipway deploy
#include "app_context.hpp"
#include "result_output.hpp"

#include "slipway/app/deploy.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

namespace slipway::cli {

namespace {

int print(Invocation& invocation, const app::DeployReport& report) {
  if (invocation.format == Format::json) {
    auto done = nlohmann::ordered_json::array();
    for (const auto& one : report.run.done) done.push_back(one.version.str());
    print_json(invocation.out, {{"run", report.run.run},
                                {"applied", std::move(done)},
                                {"backup", report.backup.value_or("")},
                                {"health_checks", report.health_checks}});
    return 0;
  }
  const auto count = report.run.done.size();
  invocation.out.write(fmt::format("deployed: {} migration{} applied{}{}\n", count,
                                   count == 1 ? "" : "s",
                                   report.backup ? ", backup " + *report.backup : "",
                                   report.health_checks > 0 ? ", healthy" : ""));
  return 0;
}

} // namespace

Command deploy_command() {
  Command command;
  command.name = "deploy";
  command.summary = "backup, migrate, check health; on failure roll back";
  command.description =
      "When anything is pending: a backup labelled with the commit, then what `up` does. The backup holds what the migrations could "
      "take away: the schema alone when they only add, the tables whose rows they change, or everything when their text does not "
      "tell. It is said which, and why. Then deploy.application brings the new "
      "version of the application, and deploy.health has to succeed deploy.health_times in a row within deploy.health_within.\n\n"
      "When any of it fails, just this run is rolled back, as `rollback` would: in place, or over the backup with the writes made "
      "since. Then deploy.previous_application and deploy.alert run. Each of these is a list of a program and its arguments; no "
      "shell is involved. They find SLIPWAY_DEPLOY_OUTCOME (up, failed, rolled_back, part_way), SLIPWAY_DEPLOY_RUN and "
      "SLIPWAY_DEPLOY_BACKUP in their environment.";
  command.group = "Run";
  command.settings = run_settings();
  command.examples = {{"slipway deploy", "in the last job of a pipeline"},
                      {"slipway deploy --json", "what was done, for a program"}};
  command.exit_statuses = {
      {1, "failed; the run had changed nothing"},
      {3, "a check says no, or the application was not healthy and nothing was applied"},
      {4, "failed, and the database is as it was"},
      {5, "failed, and the rollback, too: what is in the database is said"},
      {6, "another slipway or a lock was in the way for too long"},
      {7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    auto full = std::make_shared<bool>(false);
    app.add_flag("--full", *full, "A backup of everything, whatever the migrations do");
    return [full](Invocation& invocation) -> Result<int> {
      SLIPWAY_ASSIGN(const auto report,
                     app::deploy(app_context(invocation), *full ? app::Full::yes : app::Full::no));
      return print(invocation, report);
    };
  };
  return command;
}

} // namespace slipway::cli
