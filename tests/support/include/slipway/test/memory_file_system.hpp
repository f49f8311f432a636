#pragma once

#include "slipway/base/file_system.hpp"

#include <map>

namespace slipway::test {

/// A FileSystem of strings. Folders exist when a file is below them, or when made by add_folder.
class MemoryFileSystem final : public FileSystem {
public:
  MemoryFileSystem() = default;
  explicit MemoryFileSystem(std::map<std::string, std::string> files) : files_(std::move(files)) {}

  void add_folder(const std::string& path) { files_[path + "/"]; }
  void clear() { files_.clear(); }
  /// From now on reading `path` fails with `reason`.
  void break_file(const std::string& path, const std::string& reason) { broken_[path] = reason; }
  const std::map<std::string, std::string>& files() const { return files_; }

  Result<std::string> read(const std::string& path) const override;
  Result<std::vector<std::string>> list_files(const std::string& folder) const override;
  bool exists(const std::string& path) const override;
  bool is_folder(const std::string& path) const override;
  Status write(const std::string& path, const std::string& bytes, Overwrite overwrite) override;

private:
  std::map<std::string, std::string> files_;
  std::map<std::string, std::string> broken_;
};

} // namespace slipway::test
