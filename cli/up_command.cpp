// slipway up
#include "app_context.hpp"

namespace slipway::cli {

Command up_command() {
  Command command;
  command.name = "up";
  command.summary = "apply pending migrations";
  command.description =
      "Applies what is in the folder and not in the history, in order, one slipway at a time. Each migration runs in one "
      "transaction together with its history row; statements that cannot run inside a transaction run on their own and are "
      "journaled, so that the next `up` goes on at the first one not done.\n\n"
      "Before the first statement it makes the checks of slipway preflight.\n\n"
      "Nothing waits for a lock longer than --lock-timeout: on a time-out the transaction is rolled back and tried again, "
      "until --lock-budget is used up.";
  command.group = "Run";
  command.settings = run_settings();
  command.settings.push_back("apply.allow_out_of_order");
  command.settings.push_back("preflight.enabled");
  command.settings.push_back("snapshot.after_up");
  command.examples = {{"slipway up", "apply everything pending"},
                      {"slipway up --steps 1", "apply the next one only"},
                      {"slipway up --dry-run", "show the statements without running them"}};
  command.exit_statuses = {
      {3, "a file changed after being applied, was merged late, or preflight says stop"},
      {5, "failed part-way: what is in the database is said"},
      {6, "another slipway or a lock was in the way for too long"},
      {7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    struct Options {
      SelectionOptions selection;
      bool dry_run = false;
    };
    auto options = std::make_shared<Options>();
    add_selection(app, options->selection, "Apply up to this version", "Apply this many");
    app.add_flag("-n,--dry-run", options->dry_run, "Show what would run, and run nothing");
    return [options](Invocation& invocation) -> Result<int> {
      SLIPWAY_ASSIGN(const auto selection, selection_from(options->selection));
      const auto context = app_context(invocation);
      if (options->dry_run) {
        SLIPWAY_ASSIGN(const auto plan, app::plan_of_up(context, selection));
        return print_plan(invocation, plan);
      }
      SLIPWAY_ASSIGN(const auto report, app::up(context, selection));
      return print_run(invocation, report);
    };
  };
  return command;
}

} // namespace slipway::cli
