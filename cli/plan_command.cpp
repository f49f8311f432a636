// slipway plan
#include "app_context.hpp"

namespace slipway::cli {

Command plan_command() {
  Command command;
  command.name = "plan";
  command.summary = "show the exact statements that `up` would run, and their locks";
  command.description =
      "Prints each pending migration with its statements, which of them commit together, and the lock each takes on the "
      "relations it names. Reads only.";
  command.group = "Look";
  command.settings = target_settings();
  command.settings.push_back("apply.allow_out_of_order");
  command.examples = {{"slipway plan", "what is pending"},
                      {"slipway plan --json", "for a review bot"}};
  command.exit_statuses = {{3, "a file changed after being applied, or was merged late"},
                           {7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    auto options = std::make_shared<SelectionOptions>();
    add_selection(app, *options, "Plan up to this version", "Plan this many");
    return [options](Invocation& invocation) -> Result<int> {
      SLIPWAY_ASSIGN(const auto selection, selection_from(*options));
      SLIPWAY_ASSIGN(const auto plan, app::plan_of_up(app_context(invocation), selection));
      return print_plan(invocation, plan);
    };
  };
  return command;
}

} // namespace slipway::cli
