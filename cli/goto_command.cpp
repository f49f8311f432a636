// slipway goto
#include "app_context.hpp"

namespace slipway::cli {

Command goto_command() {
  Command command;
  command.name = "goto";
  command.summary = "bring the database to a version, up or down";
  command.description =
      "Undoes every migration above the version, newest first, and applies those up to it that are missing. What was applied "
      "after an undone one is undone and applied again, so that the order of application stays true.";
  command.group = "Run";
  command.settings = run_settings();
  command.examples = {{"slipway goto 20261120103000", "exactly the versions up to that one"},
                      {"slipway goto 0", "an empty history"}};
  command.exit_statuses = {{3, "something is irreversible, changed or half applied"},
                           {5, "failed part-way: what is in the database is said"},
                           {6, "another slipway or a lock was in the way for too long"},
                           {7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    auto version = std::make_shared<std::string>();
    app.add_option("VERSION", *version, "The version to be at; 0 for none")->required();
    return [version](Invocation& invocation) -> Result<int> {
      SLIPWAY_ASSIGN(const auto to, Version::parse(*version));
      SLIPWAY_ASSIGN(const auto report, app::goto_version(app_context(invocation), to));
      return print_run(invocation, report);
    };
  };
  return command;
}

} // namespace slipway::cli
