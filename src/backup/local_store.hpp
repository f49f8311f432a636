#pragma once

#include "slipway/backup/store.hpp"

namespace slipway::backup {

/// Backups in a folder of this machine. Folders are made with mode 0700, files with 0600.
class LocalStore final : public Store {
public:
  explicit LocalStore(std::string folder) : folder_(std::move(folder)) {}

  std::string describe() const override { return folder_; }
  Result<bool> claim(const std::string& backup, const Wait& wait) override;
  Result<std::string> make_scratch(const std::string& backup) override;
  void remove_scratch(const std::string& folder) override;
  Status put(const std::string& local, const std::string& path, const Wait& wait) override;
  Status write(const std::string& text, const std::string& path, const Wait& wait) override;
  Result<std::string> get(const std::string& path, const std::string& folder,
                          const Wait& wait) override;
  Result<std::string> read(const std::string& path, const Wait& wait) override;
  Result<std::vector<StoredFile>> list(const std::string& folder, const Wait& wait) override;
  Status remove_file(const std::string& path, const Wait& wait) override;
  Status remove_folder(const std::string& path, const Wait& wait) override;

private:
  std::string full(const std::string& path) const { return folder_ + "/" + path; }
  std::string folder_;
};

} // namespace slipway::backup
