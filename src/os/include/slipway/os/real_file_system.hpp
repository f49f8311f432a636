#pragma once

#include "slipway/base/file_system.hpp"

namespace slipway::os {

/// The file system of this machine.
class RealFileSystem final : public FileSystem {
public:
  Result<std::string> read(const std::string& path) const override;
  Result<std::vector<std::string>> list_files(const std::string& folder) const override;
  bool exists(const std::string& path) const override;
  bool is_folder(const std::string& path) const override;
  Status write(const std::string& path, const std::string& bytes, Overwrite overwrite) override;
};

} // namespace slipway::os
