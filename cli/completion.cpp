// What the three completion scripts have in common.
#include "completion.hpp"

namespace slipway::cli {

namespace {

void collect(const CommandEntry& command, std::vector<const CommandEntry*>& into) {
  into.push_back(&command);
  for (const CommandEntry& sub : command.commands) collect(sub, into);
}

} // namespace

std::vector<const CommandEntry*> shown_commands(const Reference& reference) {
  std::vector<const CommandEntry*> shown;
  for (const CommandEntry& command : reference.commands)
    if (!command.group.empty()) collect(command, shown);
  return shown;
}

ValueKind value_kind(const std::string& name, const std::vector<std::string>& choices) {
  if (!choices.empty()) return ValueKind::choices;
  if (name == "FILE") return ValueKind::file;
  if (name == "FOLDER") return ValueKind::folder;
  if (name == "COMMAND") return ValueKind::command;
  return ValueKind::anything;
}

std::vector<std::string> option_names(const OptionEntry& option) {
  std::vector<std::string> names;
  for (const std::string& name : {option.long_name, option.short_name, option.negation})
    if (!name.empty()) names.push_back(name);
  return names;
}

std::vector<std::string> names_below(const Reference& reference, const std::string& path) {
  std::vector<std::string> names;
  const CommandEntry* above = path.empty() ? nullptr : reference.find(path);
  for (const CommandEntry& command : above == nullptr ? reference.commands : above->commands)
    if (!command.group.empty()) names.push_back(command.name);
  return names;
}

} // namespace slipway::cli
