// Finds slipway.toml and lays its values, the environment's and the flags' over the built-in ones.
#include "slipway/config/config.hpp"

#include "check_value.hpp"
#include "slipway/base/bug.hpp"
#include "toml_file.hpp"

#include <filesystem>
#include <fmt/format.h>

namespace slipway::config {

namespace {

namespace fs = std::filesystem;

using Values = std::map<std::string, Value, std::less<>>;

constexpr std::string_view k_file_name = "slipway.toml";

struct FoundFile {
  std::string path;  ///< empty: there is none
  std::string shown; ///< as seen from the working directory
};

FoundFile found(const fs::path& path, const fs::path& working_directory) {
  const fs::path shown = path.lexically_relative(working_directory);
  return {path.string(), shown.empty() ? path.string() : shown.string()};
}

FoundFile find_file(const Inputs& inputs, const FileSystem& files) {
  const fs::path start = fs::path(inputs.working_directory).lexically_normal();
  if (!inputs.file_path.empty())
    return {(start / inputs.file_path).lexically_normal().string(), inputs.file_path};
  if (!inputs.look_for_file) return {};
  for (fs::path folder = start;; folder = folder.parent_path()) {
    const fs::path candidate = folder / k_file_name;
    if (files.exists(candidate.string()) && !files.is_folder(candidate.string()))
      return found(candidate, start);
    if (folder.parent_path() == folder) return {};
  }
}

bool is_list(const Setting& setting) {
  return setting.type == ValueType::text_list || setting.type == ValueType::text_table;
}

Values built_in_values() {
  Values values;
  for (const auto& setting : settings()) {
    Value value{.text = std::string(setting.default_value)};
    if (is_list(setting)) value.items = split_at(setting.default_value, ',');
    values.emplace(setting.key, std::move(value));
  }
  return values;
}

// Lays one text from outside the file over what is there.
Status lay(Values& values, const Setting& setting, const std::string& written, Origin origin,
           std::string_view where) {
  auto checked = check_value(setting, written);
  if (!checked) {
    Error error = std::move(checked).error();
    error.message = fmt::format("{}: {}", where, error.message);
    return fail(std::move(error));
  }
  Value value{.text = std::move(*checked), .origin = origin, .where = std::string(where)};
  if (is_list(setting)) {
    value.items = split_at(written, ',');
    value.text = fmt::format("{}", fmt::join(value.items, ","));
  }
  values.insert_or_assign(std::string(setting.key), std::move(value));
  return {};
}

Status lay_environment(Values& values, const Inputs& inputs) {
  for (const auto& setting : settings()) {
    for (const std::string_view name : {setting.environment, setting.environment_fallback}) {
      const auto variable = inputs.environment.find(name);
      if (name.empty() || variable == inputs.environment.end() || variable->second.empty())
        continue;
      SLIPWAY_TRY(lay(values, setting, variable->second, Origin::environment, name));
      break;
    }
  }
  return {};
}

Status lay_flags(Values& values, const Inputs& inputs) {
  for (const auto& [key, written] : inputs.flags) {
    const Setting* setting = find_setting(key);
    SLIPWAY_ASSERT(setting != nullptr);
    const std::string_view where = setting->flag.empty() ? setting->key : setting->flag;
    SLIPWAY_TRY(lay(values, *setting, written, Origin::flag, where));
  }
  return {};
}

} // namespace

Result<Config> settle(const Inputs& inputs, const FileSystem& files) {
  Values values = built_in_values();
  const FoundFile file = find_file(inputs, files);
  std::string folder = inputs.working_directory;
  if (!file.path.empty()) {
    auto text = files.read(file.path);
    if (!text) {
      Error error(ErrorCode::configuration,
                  "the configuration file cannot be read: " + text.error().message);
      error.place.emplace().file = file.shown;
      return fail(std::move(error));
    }
    SLIPWAY_ASSIGN(Values of_file, read_toml(*text, file.shown));
    for (auto& [key, value] : of_file) values.insert_or_assign(key, std::move(value));
    folder = fs::path(file.path).parent_path().string();
  }
  SLIPWAY_TRY(lay_environment(values, inputs));
  SLIPWAY_TRY(lay_flags(values, inputs));
  return Config(std::move(values), file.path, std::move(folder), inputs.working_directory);
}

std::vector<std::string> unknown_environment(const Inputs& inputs) {
  constexpr std::string_view k_prefix = "SLIPWAY_";
  // For tests of slipway itself: see os::CrashPlan.
  constexpr std::string_view k_crash_point = "SLIPWAY_CRASH_AT";
  std::vector<std::string> unknown;
  for (auto it = inputs.environment.lower_bound(k_prefix); it != inputs.environment.end(); ++it) {
    if (it->first.compare(0, k_prefix.size(), k_prefix) != 0) break;
    bool known = it->first == k_crash_point;
    for (const auto& setting : settings()) known = known || setting.environment == it->first;
    if (!known) unknown.push_back(it->first);
  }
  return unknown;
}

} // namespace slipway::config
