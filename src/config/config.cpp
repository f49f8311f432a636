// Typed access to settled values. They were checked on the way in, so a bad one here is a bug.
#include "slipway/config/config.hpp"

#include "slipway/base/bug.hpp"
#include "slipway/base/duration.hpp"

#include <charconv>
#include <filesystem>

namespace slipway::config {

Config::Config(std::map<std::string, Value, std::less<>> values, std::string file_path,
               std::string folder, std::string working_directory)
    : values_(std::move(values)), file_path_(std::move(file_path)), folder_(std::move(folder)),
      working_directory_(working_directory.empty() ? folder_ : std::move(working_directory)) {
}

const Value& Config::value(std::string_view key) const {
  const auto found = values_.find(key);
  SLIPWAY_ASSERT(found != values_.end());
  return found->second;
}

std::string Config::text(std::string_view key) const {
  return value(key).text;
}

bool Config::boolean(std::string_view key) const {
  return value(key).text == "true";
}

std::int64_t Config::integer(std::string_view key) const {
  const std::string& text = value(key).text;
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  SLIPWAY_ASSERT(parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size());
  return number;
}

std::chrono::milliseconds Config::duration(std::string_view key) const {
  const auto duration = parse_duration(value(key).text);
  SLIPWAY_ASSERT(duration.has_value());
  return *duration;
}

std::vector<std::string> Config::text_list(std::string_view key) const {
  return value(key).items;
}

bool Config::is_set(std::string_view key) const {
  return value(key).origin != Origin::built_in;
}

std::string Config::path(std::string_view key) const {
  const Value& found = value(key);
  if (found.text.empty()) return {};
  const bool typed_here = found.origin == Origin::flag || found.origin == Origin::environment;
  const std::filesystem::path base = typed_here ? working_directory_ : folder_;
  return (base / found.text).lexically_normal().string();
}

} // namespace slipway::config
