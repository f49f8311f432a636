// slipway down
#include "app_context.hpp"

namespace slipway::cli {

Command down_command() {
  Command command;
  command.name = "down";
  command.summary = "undo the newest migration, or several";
  command.description =
      "Runs the down scripts that were stored in the database when the migrations were applied, newest first by order of "
      "application. The files are not needed: after an older release is deployed again they may be gone.\n\n"
      "A migration that is irreversible stops the command before anything is undone.";
  command.group = "Run";
  command.settings = run_settings();
  command.examples = {
      {"slipway down", "undo the newest one"},
      {"slipway down --to 20261120103000", "undo everything applied after that one"},
      {"slipway down --to 0", "undo everything"}};
  command.exit_statuses = {{3, "one of them is irreversible or half applied"},
                           {5, "failed part-way: what is in the database is said"},
                           {6, "another slipway or a lock was in the way for too long"},
                           {7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    struct Options {
      SelectionOptions selection;
      bool dry_run = false;
    };
    auto options = std::make_shared<Options>();
    add_selection(app, options->selection,
                  "Undo what was applied after this version, which stays; 0 undoes everything",
                  "Undo this many");
    app.add_flag("-n,--dry-run", options->dry_run, "Show what would run, and run nothing");
    return [options](Invocation& invocation) -> Result<int> {
      SLIPWAY_ASSIGN(const auto selection, selection_from(options->selection));
      const auto context = app_context(invocation);
      if (options->dry_run) {
        SLIPWAY_ASSIGN(const auto plan, app::plan_of_down(context, selection));
        return print_plan(invocation, plan);
      }
      SLIPWAY_ASSIGN(const auto report, app::down(context, selection));
      return print_run(invocation, report);
    };
  };
  return command;
}

} // namespace slipway::cli
