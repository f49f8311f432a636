// slipway config
#include "result_output.hpp"
#include "text_table.hpp"

#include "slipway/base/text.hpp"
#include "slipway/pg/session.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

std::string_view origin_name(config::Origin origin) {
  switch (origin) {
  case config::Origin::built_in:
    return "built_in";
  case config::Origin::file:
    return "file";
  case config::Origin::environment:
    return "environment";
  case config::Origin::flag:
    return "flag";
  }
  return "built_in";
}

std::string shown_value(const config::Setting& setting, const config::Value& value) {
  if (value.text.empty() || setting.secrecy == config::Secrecy::open) return value.text;
  return setting.secrecy == config::Secrecy::secret ? "***" : pg::masked(value.text);
}

using Chosen = std::vector<const config::Setting*>;

Result<Chosen> choose(const std::string& key) {
  Chosen chosen;
  std::vector<std::string> keys;
  for (const config::Setting& setting : config::settings()) {
    keys.emplace_back(setting.key);
    if (key.empty() || setting.key == key) chosen.push_back(&setting);
  }
  if (!chosen.empty()) return chosen;
  std::string message = fmt::format("there is no setting \"{}\"", key);
  if (const auto meant = nearest(key, keys)) message += fmt::format("; did you mean {}?", *meant);
  return fail(
      Error(ErrorCode::usage, std::move(message)).with_hint("slipway config lists them all"));
}

void print_table(Invocation& invocation, const Chosen& chosen) {
  TextTable table({"setting", "value", "from"});
  for (const config::Setting* setting : chosen) {
    const config::Value& value = invocation.config.value(setting->key);
    const bool is_unset = value.text.empty();
    table.add_row({std::string(setting->key), is_unset ? "-" : shown_value(*setting, value),
                   is_unset && value.origin == config::Origin::built_in ? "not set" : value.where});
  }
  invocation.out.write(table.text(invocation.out));
}

void print_as_json(Invocation& invocation, const Chosen& chosen) {
  nlohmann::ordered_json settings = nlohmann::ordered_json::array();
  for (const config::Setting* setting : chosen) {
    const config::Value& value = invocation.config.value(setting->key);
    settings.push_back({{"key", setting->key},
                        {"value", shown_value(*setting, value)},
                        {"origin", origin_name(value.origin)},
                        {"where", value.where}});
  }
  const std::string& file = invocation.config.file_path();
  print_json(invocation.out,
             {{"file", file.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(file)},
              {"settings", settings}});
}

std::vector<std::string_view> keys_with_flags() {
  std::vector<std::string_view> keys;
  for (const config::Setting& setting : config::settings())
    if (!setting.flag.empty()) keys.push_back(setting.key);
  return keys;
}

} // namespace

Command config_command() {
  Command command;
  command.name = "config";
  command.summary = "show each setting and where its value came from";
  command.description =
      "Options are taken over the environment, the environment over slipway.toml, and that over what is built in. "
      "Passwords are shown as ***.";
  command.group = "Look";
  command.settings = keys_with_flags();
  command.examples = {{"slipway config", "all settings"},
                      {"slipway config apply.lock_timeout", "one of them"},
                      {"slipway config --json", "for a program"}};
  command.configure = [](CLI::App& app) -> Run {
    auto key = std::make_shared<std::string>();
    app.add_option("SETTING", *key, "Show only this one");
    return [key](Invocation& invocation) -> Result<int> {
      SLIPWAY_ASSIGN(const Chosen chosen, choose(*key));
      if (invocation.format == Format::json)
        print_as_json(invocation, chosen);
      else
        print_table(invocation, chosen);
      return 0;
    };
  };
  return command;
}

} // namespace slipway::cli
