// Builds the parser from the commands' registrations and reads one command line with it.
#include "command_line.hpp"

#include "usage_error.hpp"

#include "slipway/base/bug.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::cli {

namespace {

const config::Setting& setting_of(std::string_view key) {
  const auto& all = config::settings();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& setting) { return setting.key == key; });
  SLIPWAY_ASSERT(found != all.end());
  return *found;
}

std::string value_name(const config::Setting& setting) {
  if (!setting.choices.empty()) return std::string(setting.choices);
  switch (setting.type) {
  case config::ValueType::text:
    return "TEXT";
  case config::ValueType::boolean:
    return "";
  case config::ValueType::integer:
    return "N";
  case config::ValueType::duration:
    return "DURATION";
  case config::ValueType::text_list:
    return "LIST";
  case config::ValueType::text_table:
    return "OLD=NEW,...";
  }
  return "TEXT";
}

std::string without_full_stop(std::string_view sentence) {
  if (!sentence.empty() && sentence.back() == '.') sentence.remove_suffix(1);
  return std::string(sentence);
}

// The flag as CLI11 declares it. A boolean can be turned off again, in case the file turns it on.
CLI::Option* add_setting(CLI::App& app, const config::Setting& setting) {
  const std::string flag(setting.flag);
  // Constant, because the parser takes a variable in this place for where the value goes.
  const std::string description = without_full_stop(setting.description);
  CLI::Option* option = nullptr;
  if (setting.type == config::ValueType::boolean)
    option = app.add_flag(fmt::format("{},!--no-{}", flag, flag.substr(2)), description);
  else
    option =
        app.add_option(flag)->description(description)->type_name(value_name(setting))->expected(1);
  return option->group(k_settings_group);
}

std::string setting_text(const CLI::Option& option) {
  const auto& results = option.results();
  return results.empty() ? std::string() : results.back();
}

const CLI::App* deepest(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return at;
}

} // namespace

std::string command_path(const CLI::App& app) {
  if (app.get_parent() == nullptr) return {};
  const std::string above = command_path(*app.get_parent());
  return above.empty() ? app.get_name() : above + " " + app.get_name();
}

CommandLine::CommandLine(const std::vector<Command>& commands) : app_("", "slipway") {
  app_.set_help_flag("-h,--help", "Show help");
  app_.fallthrough();
  app_.allow_extras();
  app_.require_subcommand(0, 1);
  add_global_options(app_, globals_);
  entries_.reserve(commands.size());
  for (const Command& command : commands) add(command);
}

void CommandLine::add(const Command& command) {
  Entry entry;
  entry.command = &command;
  entry.app = app_.add_subcommand(std::string(command.name), std::string(command.summary));
  entry.app->group(std::string(command.group));
  entry.run = command.configure(*entry.app);
  for (const std::string_view key : command.settings) {
    const config::Setting& setting = setting_of(key);
    SLIPWAY_ASSERT(!setting.flag.empty());
    if (app_.get_option_no_throw(std::string(setting.flag)) == nullptr)
      entry.settings.emplace(key, add_setting(*entry.app, setting));
  }
  entries_.push_back(std::move(entry));
}

Result<Request> CommandLine::parse(const std::vector<std::string>& arguments) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app_.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    const CLI::App* asked = deepest(app_);
    if (asked == &app_ && has_unexpected_word(app_)) return fail(unexpected_word(app_));
    Request request;
    request.kind = Request::Kind::help;
    request.globals = globals_;
    request.help_path = command_path(*asked);
    return request;
  } catch (const CLI::ParseError& error) {
    if (globals_.version) {
      Request request;
      request.kind = Request::Kind::version;
      request.globals = globals_;
      return request;
    }
    return fail(usage_error(app_, error));
  }
  if (!globals_.version && has_unexpected_word(app_)) return fail(unexpected_word(app_));
  return request_after_parsing();
}

Request CommandLine::request_after_parsing() const {
  Request request;
  request.globals = globals_;
  if (globals_.version) {
    request.kind = Request::Kind::version;
    return request;
  }
  for (const Entry& entry : entries_) {
    if (!app_.got_subcommand(entry.app)) continue;
    request.kind = Request::Kind::run;
    request.command = entry.command;
    request.run = entry.run;
    for (const auto& [key, option] : entry.settings)
      if (option->count() > 0) request.flags.emplace(key, setting_text(*option));
  }
  if (!globals_.colour.empty()) request.flags.insert_or_assign("output.color", globals_.colour);
  if (globals_.no_colour) request.flags.insert_or_assign("output.color", "never");
  return request;
}

} // namespace slipway::cli
