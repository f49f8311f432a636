#pragma once

#include "slipway/base/file_system.hpp"
#include "slipway/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::rehearse {

/// What kind of thing one side of a comparison is.
enum class SideKind {
  empty,      ///< a database with nothing in it
  target,     ///< the configured target
  database,   ///< another database, by its connection string
  migrations, ///< what the up scripts of a folder make
  sql_files,  ///< what files of plain SQL make
  snapshot,   ///< a schema that was written down
  command,    ///< what a program makes of an empty database
};

/// One side of a comparison as the user named it.
struct Side {
  SideKind kind = SideKind::empty;
  std::string url;                ///< of a database
  std::vector<std::string> paths; ///< the folder of migrations, the SQL files in their order, the
                                  ///< snapshot
  std::string command;            ///< for the shell
  /// For people, without secrets.
  std::string describe() const;
  /// Whether it is a live database, whose server decides which version is compared on.
  bool is_live() const { return kind == SideKind::target || kind == SideKind::database; }
};

/// Reads a side: `empty`, `target`, a postgres:// or postgresql:// URL, `command:PROGRAM ARGS`, a
/// folder of migrations or of SQL files, one SQL file or several with commas between, or a
/// snapshot: its .json file, or the folder that it is in with its script and nothing else. Errors:
/// usage for what is none of these or is not there; io.
Result<Side> parse_side(std::string_view text, const FileSystem& files);

/// Whether a folder holds migrations, with sections for their directions, rather than SQL of the
/// schema as it should be. Errors: io; source as read_folder has them.
Result<bool> is_migrations_folder(const FileSystem& files, const std::string& path);

} // namespace slipway::rehearse
