// slipway completion
#include "commands.hpp"
#include "completion.hpp"
#include "options.hpp"
#include "result_output.hpp"

#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

std::string script_for(const std::string& shell) {
  const Reference reference = make_reference(commands());
  if (shell == "bash") return bash_completion(reference);
  if (shell == "zsh") return zsh_completion(reference);
  return fish_completion(reference);
}

} // namespace

Command completion_command() {
  Command command;
  command.name = "completion";
  command.summary = "print the script that completes slipway in a shell";
  command.description =
      "The script knows every command, option and value of this version. An installed package puts it "
      "in place by itself.";
  command.group = "Tools";
  command.needs = Needs::nothing;
  command.examples = {{"source <(slipway completion bash)", "complete in this shell"},
                      {"slipway completion fish > ~/.config/fish/completions/slipway.fish",
                       "complete in every fish"}};
  command.configure = [](CLI::App& app) -> Run {
    auto shell = std::make_shared<std::string>();
    add_choice(app, "SHELL", *shell, {"bash", "zsh", "fish"}, "The shell")->required();
    return [shell](Invocation& invocation) -> Result<int> {
      const std::string script = script_for(*shell);
      if (invocation.format == Format::json)
        print_json(invocation.out, {{"shell", *shell}, {"script", script}});
      else
        invocation.out.write(script);
      return 0;
    };
  };
  return command;
}

} // namespace slipway::cli
