#pragma once

#include "slipway/base/file_system.hpp"
#include "slipway/source/migration.hpp"

#include <string>
#include <vector>

namespace slipway::source {

/// The migration files of a folder in numeric order of version.
struct Folder {
  std::string path;
  std::vector<MigrationFile> files;
  std::vector<SourceWarning>
      warnings; ///< files that are not migrations, names not sorted numerically
};

/// Which habit the file names of a folder follow; what `new` continues.
enum class NameFormat {
  timestamp_14, ///< 20261120103000_add_x.sql
  timestamp_12, ///< 202611061020__short_description.sql
  unix_millis,  ///< 1706900000000_create-users.sql
  sequence,     ///< 001-create-user.sql
};

/// Reads a folder. A name is digits, then any of `_ - .` or `__`, then words, then `.sql`,
/// `.up.sql` or `.down.sql`. Errors: io; source for two files of one version (both named), a
/// version too large, a down file without its up file. An empty folder is not an error.
Result<Folder> read_folder(const FileSystem& files, const std::string& path);

/// The habit most files of a folder follow; timestamp_14 for an empty one.
NameFormat detect_format(const Folder& folder);
std::optional<NameFormat> format_from(std::string_view name);
std::string_view format_name(NameFormat format);

/// The file name of the next migration. `now` is UTC. The separator and the style of words (- or _)
/// follow the folder. The version is always greater than the greatest there is.
std::string next_file_name(const Folder& folder, NameFormat format, std::string_view title,
                           std::chrono::system_clock::time_point now);

/// The text of a new migration: both sections with a line that says what belongs there.
std::string new_migration_text(std::string_view title);

} // namespace slipway::source
