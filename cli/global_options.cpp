// The options every command takes.
#include "global_options.hpp"

#include "options.hpp"

namespace slipway::cli {

observe::ColourChoice colour_choice_from(std::string_view name) {
  if (name == "always") return observe::ColourChoice::always;
  if (name == "never") return observe::ColourChoice::never;
  return observe::ColourChoice::automatic;
}

observe::ColourChoice GlobalOptions::colour_choice() const {
  return no_colour ? observe::ColourChoice::never : colour_choice_from(colour);
}

void add_global_options(CLI::App& app, GlobalOptions& options) {
  app.add_option("--config", options.config_file,
                 "Read this file instead of the nearest slipway.toml")
      ->type_name("FILE");
  app.add_flag("--json", options.json,
               "Print one JSON document on standard output, also for an error");
  add_choice(
      app, "--log-format", options.log_format, {"text", "json"},
      "How progress is written on standard error: lines for people, or one JSON object a line");
  add_choice(app, "--color", options.colour, {"auto", "always", "never"},
             "When to use colour; auto means on a terminal, unless NO_COLOR is set");
  app.add_flag("--no-color", options.no_colour, "The same as --color never");
  app.add_flag("-q,--quiet", options.quiet, "Only the result, warnings and errors");
  app.add_flag("-v,--verbose", options.verbose, "Every step");
  app.add_flag("--yes", options.yes, "Answer yes to every question");
  app.add_flag("--no-input", options.no_input, "Never ask; fail where a question would be needed");
  app.add_flag("-V,--version", options.version, "Print the version");
}

GlobalOptions guess_global_options(const std::vector<std::string>& arguments) {
  GlobalOptions options;
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const std::string& word = arguments[i];
    const bool has_next = i + 1 < arguments.size();
    if (word == "--json") options.json = true;
    if (word == "--no-color") options.no_colour = true;
    if (word == "--color" && has_next) options.colour = arguments[i + 1];
    if (word.rfind("--color=", 0) == 0) options.colour = word.substr(8);
    if (word == "--log-format" && has_next) options.log_format = arguments[i + 1];
    if (word.rfind("--log-format=", 0) == 0) options.log_format = word.substr(13);
  }
  return options;
}

} // namespace slipway::cli
