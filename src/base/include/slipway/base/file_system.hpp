#pragma once

#include "slipway/base/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace slipway {

enum class Overwrite { no, yes };

/// What pure code needs of a file system. The real one is os::RealFileSystem; tests/support has one
/// in memory. Paths are plain strings, relative ones against the working directory. Errors:
/// ErrorCode::io with the path and the reason in the message.
class FileSystem {
public:
  virtual ~FileSystem() = default;
  FileSystem() = default;
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;

  virtual Result<std::string> read(const std::string& path) const = 0;
  /// Names (not paths) of the entries that are not directories, in no particular order.
  virtual Result<std::vector<std::string>> list_files(const std::string& folder) const = 0;
  virtual bool exists(const std::string& path) const = 0;
  virtual bool is_folder(const std::string& path) const = 0;
  /// Writes to a temporary file beside `path`, syncs it and renames it into place, so that a reader
  /// sees all or nothing. Fails on an existing file with Overwrite::no. Parent folders are made.
  virtual Status write(const std::string& path, const std::string& bytes, Overwrite overwrite) = 0;
};

} // namespace slipway
