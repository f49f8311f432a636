// slipway redo
#include "app_context.hpp"

namespace slipway::cli {

Command redo_command() {
  Command command;
  command.name = "redo";
  command.summary = "undo the newest migration and apply it again from its file";
  command.description =
      "For working on a migration that only your own database has seen: edit the file, then redo. The stored down script of the "
      "old version runs, then the up section of the file as it is now.";
  command.group = "Run";
  command.settings = run_settings();
  command.examples = {{"slipway redo", "the newest one"},
                      {"slipway redo --steps 3", "the three newest"}};
  command.exit_statuses = {{3, "one of them is irreversible, half applied, or has no file"},
                           {5, "failed part-way: what is in the database is said"},
                           {6, "another slipway or a lock was in the way for too long"},
                           {7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    auto steps = std::make_shared<std::optional<std::int64_t>>();
    add_number(app, "--steps", *steps, 1, "Redo this many");
    return [steps](Invocation& invocation) -> Result<int> {
      SLIPWAY_ASSIGN(const auto report, app::redo(app_context(invocation), steps->value_or(1)));
      return print_run(invocation, report);
    };
  };
  return command;
}

} // namespace slipway::cli
