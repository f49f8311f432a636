// Reads the parser tree and the registrations into plain values that the renderers share.
#include "reference.hpp"

#include "command_line.hpp"
#include "options.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace slipway::cli {

namespace {

// "TEXT:{a,b}" or "INT:POSITIVE", as the parser names values with its own checks, in the spelling
// people read.
std::string value_name(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return {};
  std::string name = option.get_type_name();
  const std::size_t open = name.find('{');
  const std::size_t close = name.find('}');
  if (open != std::string::npos && close != std::string::npos && open < close) {
    name = name.substr(open + 1, close - open - 1);
    std::replace(name.begin(), name.end(), ',', '|');
    return name;
  }
  name = name.substr(0, name.find(':'));
  return name == "INT" || name == "UINT" ? "N" : name;
}

void add_setting(OptionEntry& entry) {
  const auto& all = config::settings();
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const auto& setting) { return setting.flag == entry.long_name; });
  if (found == all.end()) return;
  entry.setting = found->key;
  entry.environment = found->environment;
  entry.default_value = found->default_value;
}

OptionEntry option_entry(const CLI::Option& option) {
  OptionEntry entry;
  if (!option.get_snames().empty()) entry.short_name = "-" + option.get_snames().front();
  if (!option.get_lnames().empty()) entry.long_name = "--" + option.get_lnames().front();
  entry.value = value_name(option);
  entry.choices = choices_in(entry.value);
  entry.description = option.get_description();
  if (option.get_group() == k_settings_group) {
    add_setting(entry);
    if (option.get_lnames().size() > 1) entry.negation = "--" + option.get_lnames().back();
  }
  return entry;
}

ArgumentEntry argument_entry(const CLI::Option& option) {
  ArgumentEntry entry;
  entry.name = option.get_name(true);
  entry.choices = choices_in(value_name(option));
  entry.description = option.get_description();
  entry.required = option.get_required();
  entry.repeatable = option.get_items_expected_max() > 1;
  return entry;
}

bool is_help(const CLI::App& app, const CLI::Option* option) {
  return option == app.get_help_ptr();
}

CommandEntry command_entry(const CLI::App& app) {
  CommandEntry entry;
  entry.path = command_path(app);
  entry.name = app.get_name();
  entry.summary = app.get_description();
  entry.group = app.get_group();
  for (const CLI::Option* option : app.get_options()) {
    if (is_help(app, option) || option->get_group().empty()) continue;
    if (option->get_positional())
      entry.arguments.push_back(argument_entry(*option));
    else
      entry.options.push_back(option_entry(*option));
  }
  // Settings come last: what makes a command this command is read first.
  std::stable_partition(entry.options.begin(), entry.options.end(),
                        [](const OptionEntry& option) { return option.setting.empty(); });
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    entry.commands.push_back(command_entry(*sub));
  entry.needs_command = app.get_require_subcommand_min() > 0;
  return entry;
}

std::vector<std::string> paragraphs_of(std::string_view text) {
  std::vector<std::string> paragraphs;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    if (end > 0) paragraphs.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return paragraphs;
}

const CommandEntry* find_in(const std::vector<CommandEntry>& commands, const std::string& path) {
  for (const CommandEntry& command : commands) {
    if (command.path == path) return &command;
    if (const CommandEntry* found = find_in(command.commands, path)) return found;
  }
  return nullptr;
}

} // namespace

std::string CommandEntry::usage() const {
  std::string line = "slipway " + path;
  if (!commands.empty()) line += needs_command ? " COMMAND" : " [COMMAND]";
  line += " [OPTIONS]";
  for (const ArgumentEntry& argument : arguments) line += " " + argument_title(argument);
  return line;
}

const CommandEntry* Reference::find(const std::string& path) const {
  return find_in(commands, path);
}

Reference make_reference(const std::vector<Command>& commands) {
  const CommandLine line(commands);
  Reference reference;
  for (const CLI::Option* option : line.app().get_options())
    reference.global_options.push_back(option_entry(*option));
  // The parser declares help first; people look for it last.
  std::rotate(reference.global_options.begin(), reference.global_options.begin() + 1,
              reference.global_options.end());
  for (const Command& command : commands) {
    CommandEntry entry = command_entry(*line.app().get_subcommand(std::string(command.name)));
    entry.paragraphs = paragraphs_of(command.description);
    for (const Example& example : command.examples)
      entry.examples.emplace_back(example.command, example.what);
    for (const auto& [status, meaning] : command.exit_statuses)
      entry.exit_statuses.emplace_back(status, meaning);
    reference.commands.push_back(std::move(entry));
  }
  return reference;
}

std::string sentence(std::string_view summary) {
  std::string text(summary);
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text + ".";
}

std::string option_title(const OptionEntry& option) {
  std::string title =
      option.short_name.empty() ? option.long_name : option.short_name + ", " + option.long_name;
  if (!option.negation.empty()) title += ", " + option.negation;
  return option.value.empty() ? title : title + " " + option.value;
}

std::string argument_title(const ArgumentEntry& argument) {
  const std::string name = argument.repeatable ? argument.name + "..." : argument.name;
  return argument.required ? name : "[" + name + "]";
}

std::string option_description(const OptionEntry& option) {
  if (option.setting.empty()) return option.description;
  std::string origin = option.setting;
  if (!option.environment.empty()) origin += ", " + option.environment;
  if (!option.default_value.empty()) origin += "; default " + option.default_value;
  return fmt::format("{} [{}]", option.description, origin);
}

std::vector<std::pair<int, std::string>> exit_statuses() {
  return {{0, "done"},
          {1, "failed, nothing changed"},
          {2, "wrong command line, configuration or migration file"},
          {3, "a check says no: pending, changed, missing, different"},
          {4, "failed and put back to where it was"},
          {5, "failed part-way; a person must decide, and the message says what"},
          {6, "a lock was not obtained in time"},
          {7, "no connection"},
          {70, "a fault of slipway itself"}};
}

std::vector<std::pair<int, std::string>> all_exit_statuses(const CommandEntry& command) {
  std::map<int, std::string> statuses;
  for (const auto& [status, meaning] : exit_statuses())
    if (status <= 2 || status == 70) statuses.emplace(status, meaning);
  for (const auto& [status, meaning] : command.exit_statuses)
    statuses.insert_or_assign(status, meaning);
  return {statuses.begin(), statuses.end()};
}

} // namespace slipway::cli
