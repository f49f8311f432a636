#include "slipway/backup/store.hpp"

#include "local_store.hpp"
#include "rclone_store.hpp"

namespace slipway::backup {

namespace {

constexpr std::string_view k_rclone = "rclone:";

} // namespace

Result<std::unique_ptr<Store>> open_store(const StoreOptions& options) {
  if (options.place.empty())
    return fail(Error(ErrorCode::configuration, "there is no place for backups")
                    .with_hint("set backup.store to a folder or to rclone:REMOTE:PATH"));
  if (!options.place.starts_with(k_rclone))
    return std::unique_ptr<Store>(std::make_unique<LocalStore>(options.place));
  const std::string remote = options.place.substr(k_rclone.size());
  if (remote.find(':') == std::string::npos || remote.front() == '-')
    return fail(
        Error(ErrorCode::configuration, "backup.store names no remote of rclone: " + options.place)
            .with_hint("write rclone:REMOTE:PATH; rclone listremotes shows what there is"));
  return std::unique_ptr<Store>(std::make_unique<RcloneStore>(remote, options.rclone_config));
}

} // namespace slipway::backup
