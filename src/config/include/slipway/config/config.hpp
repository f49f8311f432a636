#pragma once

#include "slipway/base/file_system.hpp"
#include "slipway/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::config {

/// Where a value came from.
enum class Origin { built_in, file, environment, flag };

enum class ValueType {
  text,
  boolean,
  integer,
  duration,
  text_list,
  text_table, ///< a table of slipway.toml with keys of the user's choosing; a list of KEY=VALUE
};

/// May a secret stand in slipway.toml? Secrets come from the environment, files or commands only.
enum class Secrecy { open, secret, may_contain_secret };

/// One setting: the single place it is described. Help, docs/configuration.md, validation and
/// `slipway config` derive from it.
struct Setting {
  std::string_view key; ///< "apply.lock_timeout", as in slipway.toml; of a table its name
  ValueType type;
  std::string_view default_value = {};
  std::string_view environment = {}; ///< "SLIPWAY_LOCK_TIMEOUT"; empty: none
  std::string_view flag = {};        ///< "--lock-timeout"; empty: none
  Secrecy secrecy = Secrecy::open;
  std::string_view description = {}; ///< one sentence
  std::string_view environment_fallback =
      {};                        ///< a variable of common use, read when `environment` is not set
  std::string_view choices = {}; ///< allowed values separated by a bar; empty: any
  std::string_view zero_means = {}; ///< for durations: what 0 stands for; empty: 0 is refused
  std::string_view example = {};    ///< shown where there is no default
};

/// "text", "true or false", "duration" ...: as the documentation calls a type.
std::string_view type_name(ValueType type);

/// All settings, in the order they are documented.
const std::vector<Setting>& settings();

/// A value with its origin. `where` is "slipway.toml:7", "DATABASE_URL", "--lock-timeout" or "built
/// in".
struct Value {
  std::string text = {}; ///< durations as written, lists joined by a comma
  Origin origin = Origin::built_in;
  std::string where = "built in";
  std::vector<std::string> items = {}; ///< of a list; an item may hold a comma
};

/// The settled configuration of one invocation.
class Config {
public:
  /// `working_directory` is what relative paths of flags and the environment are resolved against;
  /// empty: `folder`.
  explicit Config(std::map<std::string, Value, std::less<>> values, std::string file_path,
                  std::string folder, std::string working_directory = {});
  const Value& value(std::string_view key) const; ///< Precondition: `key` is a setting.
  std::string text(std::string_view key) const;
  bool boolean(std::string_view key) const;
  std::int64_t integer(std::string_view key) const;
  std::chrono::milliseconds duration(std::string_view key) const;
  std::vector<std::string> text_list(std::string_view key) const;
  bool is_set(std::string_view key) const; ///< origin is not built_in
  /// The slipway.toml read; empty when there is none.
  const std::string& file_path() const { return file_path_; }
  /// The folder that relative paths of the file are resolved against: that of slipway.toml, else
  /// the working directory.
  const std::string& folder() const { return folder_; }
  /// A text setting as a path: relative ones of slipway.toml and built-in ones against `folder()`,
  /// those of a flag or the environment against the working directory, as a shell user expects.
  /// Empty stays empty.
  std::string path(std::string_view key) const;
  /// What relative paths of this process stand for; where errors and reports look from.
  const std::string& working_directory() const { return working_directory_; }
  const std::map<std::string, Value, std::less<>>& values() const { return values_; }

private:
  std::map<std::string, Value, std::less<>> values_;
  std::string file_path_;
  std::string folder_;
  std::string working_directory_;
};

/// What settles a configuration. The environment is handed in: nothing here calls getenv.
struct Inputs {
  std::map<std::string, std::string, std::less<>> flags; ///< by setting key
  std::map<std::string, std::string, std::less<>> environment;
  /// --config; empty: slipway.toml in `working_directory` or the nearest parent that has one.
  std::string file_path = {};
  std::string working_directory = {};
  /// False: no slipway.toml is looked for. For programs that say everything themselves.
  bool look_for_file = true;
};

/// Flags over environment over slipway.toml over built in. An empty variable counts as not set.
/// Every key of `inputs.flags` must be a setting (precondition). Errors (configuration, with place
/// in the file): unknown key with the nearest named, wrong type, bad duration, a secret in the
/// file, unreadable file, TOML syntax.
Result<Config> settle(const Inputs& inputs, const FileSystem& files);

/// Names of SLIPWAY_* variables that no setting reads, sorted: most often a typing error. They are
/// ignored.
std::vector<std::string> unknown_environment(const Inputs& inputs);

/// The text of the slipway.toml that `slipway init` writes: the folder, and every other setting
/// commented out with its default. Lines "#key = value" (no blank after the #) are valid when the #
/// is taken away.
std::string initial_file(std::string_view migrations_folder);

/// docs/configuration.md: every setting with its type, default, variable and flag.
std::string settings_page();

} // namespace slipway::config
