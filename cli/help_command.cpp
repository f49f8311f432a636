// slipway help
#include "help_command.hpp"

#include "commands.hpp"
#include "completion.hpp"
#include "help_text.hpp"
#include "result_output.hpp"

#include "slipway/base/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t k_widest = 100;

Json to_json(const OptionEntry& option) {
  Json json{{"name", option.long_name}, {"description", option.description}};
  if (!option.short_name.empty()) json["short"] = option.short_name;
  if (!option.value.empty()) json["value"] = option.value;
  if (!option.setting.empty()) json["setting"] = option.setting;
  return json;
}

template<class T>
Json list_of(const std::vector<T>& entries);

Json to_json(const ArgumentEntry& argument) {
  return {{"name", argument.name},
          {"description", argument.description},
          {"required", argument.required},
          {"repeatable", argument.repeatable}};
}

Json to_json(const CommandEntry& command) {
  Json json{{"name", command.path},
            {"summary", command.summary},
            {"usage", command.usage()},
            {"arguments", list_of(command.arguments)},
            {"options", list_of(command.options)}};
  if (!command.commands.empty()) json["commands"] = list_of(command.commands);
  return json;
}

template<class T>
Json list_of(const std::vector<T>& entries) {
  Json list = Json::array();
  for (const T& entry : entries) list.push_back(to_json(entry));
  return list;
}

Json program_json(const Reference& reference) {
  Json commands = Json::array();
  for (const CommandEntry& command : reference.commands)
    if (!command.group.empty()) commands.push_back(to_json(command));
  return {{"commands", commands}, {"global_options", list_of(reference.global_options)}};
}

Error no_such_command(const Reference& reference, const std::string& path) {
  std::vector<std::string> paths;
  for (const CommandEntry* command : shown_commands(reference)) paths.push_back(command->path);
  std::string message = fmt::format("there is no command \"slipway {}\"", path);
  if (const auto meant = nearest(path, paths))
    message += fmt::format("; did you mean \"{}\"?", *meant);
  return Error(ErrorCode::usage, std::move(message)).with_hint("see slipway help");
}

} // namespace

Result<int> print_help(const Reference& reference, const HelpTopic& topic, Format format,
                       observe::Output& out) {
  const CommandEntry* command = topic.path.empty() ? nullptr : reference.find(topic.path);
  if (!topic.path.empty() && command == nullptr)
    return fail(no_such_command(reference, topic.path));
  if (format == Format::json) {
    print_json(out,
               command != nullptr ? Json{{"command", to_json(*command)}} : program_json(reference));
    return 0;
  }
  const Paint paint = [&out](observe::Role role, std::string_view text) {
    return out.paint(role, text);
  };
  const std::size_t width = std::min(out.style().width, k_widest);
  if (command != nullptr)
    out.write(command_help(*command, reference, paint, width));
  else
    out.write(topic.overview ? overview_text(reference, paint, width)
                             : program_help(reference, paint, width));
  return 0;
}

Command help_command() {
  Command command;
  command.name = "help";
  command.summary = "show what there is, or all about one command";
  command.description =
      "The same as --help after a command. With --json, the commands and their options as data.";
  command.group = "Tools";
  command.needs = Needs::nothing;
  command.examples = {{"slipway help new", "all about one command"}};
  command.configure = [](CLI::App& app) -> Run {
    auto words = std::make_shared<std::vector<std::string>>();
    app.add_option("COMMAND", *words, "The command to tell about");
    return [words](Invocation& invocation) -> Result<int> {
      const HelpTopic topic{false, fmt::format("{}", fmt::join(*words, " "))};
      return print_help(make_reference(commands()), topic, invocation.format, invocation.out);
    };
  };
  return command;
}

} // namespace slipway::cli
