#pragma once

#include "slipway/backup/store.hpp"
#include "slipway/os/process.hpp"

namespace slipway::backup {

/// Backups wherever rclone can put files. Each call is a run of rclone, whose own configuration
/// says what the remote is and holds its secrets.
class RcloneStore final : public Store {
public:
  RcloneStore(std::string remote, std::string config)
      : remote_(std::move(remote)), config_(std::move(config)) {}

  std::string describe() const override { return "rclone:" + remote_; }
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
  std::string full(const std::string& path) const;
  Result<os::Finished> call(std::vector<std::string> arguments, const std::string& input,
                            const Wait& wait) const;
  /// The same; ending with anything but status 0 is an error.
  Result<std::string> must(std::vector<std::string> arguments, const std::string& input,
                           const Wait& wait) const;
  std::string remote_; ///< "REMOTE:PATH"
  std::string config_;
};

} // namespace slipway::backup
