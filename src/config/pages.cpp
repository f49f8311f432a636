// Texts made from the table of settings: the first slipway.toml and docs/configuration.md.
#include "slipway/config/config.hpp"

#include "check_value.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::config {

namespace {

std::string toml_string(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      quoted += {'\\', c};
    else if (static_cast<unsigned char>(c) < 0x20U || c == '\x7f')
      quoted += fmt::format("\\u{:04X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    else
      quoted += c;
  }
  return quoted + "\"";
}

std::string toml_value(const Setting& setting, std::string_view text) {
  if (setting.type == ValueType::boolean || setting.type == ValueType::integer)
    return std::string(text);
  if (setting.type != ValueType::text_list) return toml_string(text);
  std::vector<std::string> items;
  for (const auto& item : split_at(text, ',')) items.push_back(toml_string(item));
  return fmt::format("[{}]", fmt::join(items, ", "));
}

// KEY=VALUE as a line of its table.
std::string table_line(std::string_view text) {
  const auto equals = std::min(text.find('='), text.size());
  return fmt::format("{} = {}", toml_string(text.substr(0, equals)),
                     toml_string(text.substr(std::min(equals + 1, text.size()))));
}

std::string_view section_of(const Setting& setting) {
  return setting.key.substr(0, setting.key.find('.'));
}
std::string_view leaf_of(const Setting& setting) {
  return setting.key.substr(setting.key.find('.') + 1);
}

// Choices and the meaning of 0, as a sentence that follows the description.
std::string further(const Setting& setting) {
  std::string text;
  if (!setting.choices.empty())
    text += fmt::format(" One of {}.", fmt::join(split_at(setting.choices, '|'), ", "));
  if (!setting.zero_means.empty()) text += fmt::format(" 0: {}.", setting.zero_means);
  return text;
}

std::string code_or_dash(std::string_view text) {
  return text.empty() ? "-" : fmt::format("`{}`", text);
}

std::string variables(const Setting& setting) {
  if (setting.environment_fallback.empty()) return code_or_dash(setting.environment);
  return fmt::format("`{}`, else `{}`", setting.environment, setting.environment_fallback);
}

constexpr std::string_view k_page_head = R"(# Configuration

<!-- Made from the table in src/config/settings.cpp; a test compares the two. -->

A value is taken from the first of these that has one: a flag, an environment variable, `slipway.toml`, the built-in
default. `slipway config` shows every value and where it came from.

`slipway.toml` is looked for in the working directory and then in its parents; `--config FILE` names another. An unknown key
is an error. Relative paths in it are resolved against its own folder; those in a flag or a variable against the working
directory. An environment variable that is empty counts as not set.

A duration is a whole number with a unit: `500ms`, `2s`, `5min`, `1h`, `1d`. A list is an array of strings in `slipway.toml` and
comma-separated in a variable.

A password does not belong in `slipway.toml`, and one in `target.url` or `target.url_command` there is an error. Use
`DATABASE_URL`, `PGPASSWORD`, the file of `PGPASSFILE`, `target.url_file` or `target.url_command`. What libpq reads by itself
(`PGHOST`, `PGSERVICE`, `PGSSLROOTCERT` and the other `PG*` variables) holds as well.
)";

} // namespace

std::string initial_file(std::string_view migrations_folder) {
  std::string text =
      "# Configuration of slipway. Take the # away before a setting to change it; `slipway config` shows what holds.\n"
      "# Flags win over environment variables, and those over this file. Passwords do not belong here.\n";
  std::string_view section;
  for (const auto& setting : settings()) {
    if (section_of(setting) != section) {
      section = section_of(setting);
      text += fmt::format("\n[{}]\n", section);
    }
    text += fmt::format("# {}{}\n", setting.description, further(setting));
    const bool is_folder = setting.key == "migrations.folder";
    const std::string_view shown = is_folder                       ? migrations_folder
                                   : setting.default_value.empty() ? setting.example
                                                                   : setting.default_value;
    text += setting.type == ValueType::text_table
                ? fmt::format("#{}\n", table_line(shown))
                : fmt::format("{}{} = {}\n", is_folder ? "" : "#", leaf_of(setting),
                              toml_value(setting, shown));
  }
  return text;
}

std::string settings_page() {
  std::string page(k_page_head);
  std::string_view section;
  for (const auto& setting : settings()) {
    if (section_of(setting) != section) {
      section = section_of(setting);
      page += fmt::format(
          "\n## [{}]\n\n| setting | type | default | variable | flag | what it is |\n|---|---|---|---|---|---|\n",
          section);
    }
    const auto name = setting.type == ValueType::text_table ? std::string_view("\"OLD\" = \"NEW\"")
                                                            : leaf_of(setting);
    page += fmt::format("| `{}` | {} | {} | {} | {} | {}{} |\n", name, type_name(setting.type),
                        code_or_dash(setting.default_value), variables(setting),
                        code_or_dash(setting.flag), setting.description, further(setting));
  }
  return page;
}

} // namespace slipway::config
