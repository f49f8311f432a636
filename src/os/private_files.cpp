#include "slipway/os/private_files.hpp"

#include "slipway/os/system_error.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::os {

namespace fs = std::filesystem;

Status make_private_folder(const std::string& path) {
  const fs::path folder(path);
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return {};
  if (folder.has_parent_path() && folder.parent_path() != folder)
    SLIPWAY_TRY(make_private_folder(folder.parent_path().string()));
  if (::mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST)
    return fail(system_error("make folder", path, errno));
  return {};
}

Result<UniqueFd> new_private_file(const std::string& path) {
  UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file) return fail(system_error("make", path, errno));
  return file;
}

Status write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(system_error("write", path, errno));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status sync_file(int fd, const std::string& path) {
  if (::fsync(fd) != 0) return fail(system_error("sync", path, errno));
  return {};
}

Status sync_folder(const std::string& path) {
  const UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return fail(system_error("open", path, errno));
  return sync_file(folder.get(), path);
}

Status rename_durably(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0)
    return fail(system_error("rename " + from + " to", to, errno));
  return sync_folder(fs::path(to).parent_path().string());
}

} // namespace slipway::os
