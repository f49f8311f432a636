// The list of commands. Adding one: cli/<name>_command.cpp, a declaration and a line here, `slipway
// docs`.
#include "commands.hpp"

namespace slipway::cli {

Command backup_command();
Command baseline_command();
Command completion_command();
Command config_command();
Command demo_command();
Command deploy_command();
Command dev_command();
Command diff_command();
Command docs_command();
Command doctor_command();
Command down_command();
Command drift_command();
Command drill_command();
Command explain_command();
Command fingerprint_command();
Command generate_command();
Command goto_command();
Command help_command();
Command init_command();
Command inspect_command();
Command locks_command();
Command man_command();
Command new_command();
Command plan_command();
Command postmortem_command();
Command preflight_command();
Command redo_command();
Command repair_command();
Command rollback_command();
Command runbook_command();
Command snapshot_command();
Command status_command();
Command trash_command();
Command up_command();
Command verify_command();

std::vector<std::string_view> command_groups() {
  return {"Start", "Run", "Look", "Mend", "Tools"};
}

std::vector<Command> commands() {
  return {
      demo_command(),       init_command(),     new_command(),     generate_command(),
      diff_command(),       drift_command(),    status_command(),  plan_command(),
      preflight_command(),  locks_command(),    inspect_command(), fingerprint_command(),
      snapshot_command(),   explain_command(),  config_command(),  up_command(),
      deploy_command(),     down_command(),     redo_command(),    goto_command(),
      verify_command(),     rollback_command(), runbook_command(), postmortem_command(),
      drill_command(),      repair_command(),   trash_command(),   backup_command(),
      baseline_command(),   doctor_command(),   dev_command(),     help_command(),
      completion_command(), man_command(),      docs_command(),
  };
}

} // namespace slipway::cli
