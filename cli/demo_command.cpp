// slipway demo
#include "demo_stage.hpp"

namespace slipway::cli {

Command demo_command() {
  Command command;
  command.name = "demo";
  command.summary = "a guided tour on a throwaway PostgreSQL";
  command.description =
      "Starts a PostgreSQL of its own, plays a small project through it (apply, two runners at once, a migration that breaks, down "
      "and up again, a deploy that rolls back by itself while others write), checks everything it tells, and leaves nothing behind. On a terminal it pauses so that you can read along.";
  command.group = "Start";
  command.examples = {{"slipway demo", "watch it"}, {"slipway demo --fast", "without the pauses"}};
  command.exit_statuses = {{70, "something did not go as told"}};
  command.configure = [](CLI::App& app) -> Run {
    auto fast = std::make_shared<bool>(false);
    app.add_flag("--fast", *fast, "Do not pause between the steps");
    return [fast](Invocation& invocation) -> Result<int> {
      invocation.out.line("slipway demo: starting a throwaway PostgreSQL ...");
      SLIPWAY_ASSIGN(const auto stage,
                     DemoStage::set(invocation, invocation.out.style().animate && !*fast));
      SLIPWAY_TRY(play_demo(*stage));
      invocation.out.line("");
      invocation.out.line(
          "That was it; the server is gone again. Next: `slipway init` in your own project, or `slipway help`.");
      return 0;
    };
  };
  return command;
}

} // namespace slipway::cli
