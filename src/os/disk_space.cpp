#include "slipway/os/disk_space.hpp"

#include <sys/statvfs.h>

namespace slipway::os {

std::optional<std::uint64_t> free_disk_space(const std::string& folder) {
  struct statvfs space{};
  if (statvfs(folder.c_str(), &space) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
}

} // namespace slipway::os
