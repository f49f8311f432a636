#pragma once

#include "slipway/base/file_system.hpp"
#include "slipway/base/result.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::config {

/// Where a value came from.
enum class Origin { built_in, file, environment, flag };

enum class ValueType { text, boolean, integer, duration, text_list };

/// May a secret stand in slipway.toml? Secrets come from the environment, files or commands only.
enum class Secrecy { open, secret, may_contain_secret };

/// One setting: the single place it is described. Help, docs/configuration.md, validation and `slipway config` derive from it.
struct Setting {
  std::string_view key;          ///< "apply.lock_timeout", as in slipway.toml
  ValueType type;
  std::string_view default_value;
  std::string_view environment;  ///< "SLIPWAY_LOCK_TIMEOUT"; empty: none
  std::string_view flag;         ///< "--lock-timeout"; empty: none
  Secrecy secrecy;
  std::string_view description;  ///< one sentence
};

/// All settings, in the order they are documented.
const std::vector<Setting>& settings();

/// A value with its origin. `where` is "slipway.toml:7", "DATABASE_URL", "--lock-timeout" or "built in".
struct Value {
  std::string text;  ///< durations as written, lists joined by a comma
  Origin origin = Origin::built_in;
  std::string where = "built in";
};

/// The settled configuration of one invocation.
class Config {
 public:
  explicit Config(std::map<std::string, Value, std::less<>> values, std::string file_path, std::string folder);
  const Value& value(std::string_view key) const;  ///< Precondition: `key` is a setting.
  std::string text(std::string_view key) const;
  bool boolean(std::string_view key) const;
  std::int64_t integer(std::string_view key) const;
  std::chrono::milliseconds duration(std::string_view key) const;
  std::vector<std::string> text_list(std::string_view key) const;
  bool is_set(std::string_view key) const;  ///< origin is not built_in
  /// The slipway.toml read; empty when there is none.
  const std::string& file_path() const { return file_path_; }
  /// The folder relative paths are resolved against: that of slipway.toml, else the working directory.
  const std::string& folder() const { return folder_; }
  std::string path(std::string_view key) const;  ///< a text setting as a path, resolved
  const std::map<std::string, Value, std::less<>>& values() const { return values_; }

 private:
  std::map<std::string, Value, std::less<>> values_;
  std::string file_path_;
  std::string folder_;
};

/// What settles a configuration. The environment is handed in: nothing here calls getenv.
struct Inputs {
  std::map<std::string, std::string, std::less<>> flags;  ///< by setting key
  std::map<std::string, std::string, std::less<>> environment;
  std::string file_path;          ///< --config; empty: slipway.toml in `working_directory` or the nearest parent
  std::string working_directory;
};

/// Flags over environment over slipway.toml over built in. Errors (configuration, with place in the file): unknown key with
/// the nearest named, wrong type, bad duration, a secret in the file, unreadable file, TOML syntax.
Result<Config> settle(const Inputs& inputs, const FileSystem& files);

/// The text of the slipway.toml that `slipway init` writes.
std::string initial_file(std::string_view migrations_folder);

}  // namespace slipway::config
