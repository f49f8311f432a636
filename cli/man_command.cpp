// slipway man
#include "commands.hpp"
#include "man_page.hpp"
#include "result_output.hpp"

#include <nlohmann/json.hpp>

namespace slipway::cli {

Command man_command() {
  Command command;
  command.name = "man";
  command.summary = "print the manual page";
  command.description = "In the format of man(1). An installed package puts it in place by itself.";
  command.group = "Tools";
  command.needs = Needs::nothing;
  command.examples = {{"slipway man | man -l -", "read it"}};
  command.configure = [](CLI::App&) -> Run {
    return [](Invocation& invocation) -> Result<int> {
      const std::string page = man_page(make_reference(commands()), SLIPWAY_VERSION);
      if (invocation.format == Format::json)
        print_json(invocation.out, {{"page", page}});
      else
        invocation.out.write(page);
      return 0;
    };
  };
  return command;
}

} // namespace slipway::cli
