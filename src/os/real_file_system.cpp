// Files of this machine. A written file is there completely or not at all, also after a power cut.
#include "slipway/os/real_file_system.hpp"

#include "slipway/os/system_error.hpp"
#include "slipway/os/unique_fd.hpp"

#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <random>
#include <sys/stat.h>

namespace slipway::os {

namespace {

namespace fs = std::filesystem;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

/// Removes a temporary file unless it became the real one.
class TemporaryFile {
public:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {}
  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }
  void keep() { path_.clear(); }

private:
  std::string path_;
};

Status write_all(int fd, const std::string& bytes, const std::string& path) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error("write", path, errno);
    done += static_cast<std::size_t>(written);
  }
  return {};
}

/// The name in the folder is only safe once the folder itself is on disk.
Status sync_folder(const std::string& folder) {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return system_error("open folder", folder, errno);
  // Some file systems cannot sync a folder and say so; there is no better to be had on them.
  if (::fsync(fd.get()) != 0 && errno != EINVAL && errno != ENOTSUP)
    return system_error("sync folder", folder, errno);
  return {};
}

/// Where a write goes: through a symbolic link to the file it names, so that the link stays one.
std::string real_target(const std::string& path) {
  std::error_code error;
  if (!fs::is_symlink(path, error)) return path;
  const fs::path target = fs::canonical(path, error);
  return error ? path : target.string();
}

std::string random_name() {
  std::random_device source;
  return fmt::format(".slipway-{:08x}{:08x}", source(), source());
}

struct NewFile {
  UniqueFd fd;
  std::string path;
};

/// Opened with 0666 rather than by mkstemp, so that a new file gets the mode the umask says.
Result<NewFile> make_file(const std::string& folder) {
  for (;;) {
    NewFile file{UniqueFd(), folder + "/" + random_name()};
    file.fd.reset(::open(file.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file.fd) return file;
    if (errno != EEXIST) return system_error("write in folder", folder, errno);
  }
}

Status keep_mode_of(const std::string& path, int fd) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) return {};
  if (::fchmod(fd, facts.st_mode & 07777U) != 0) return system_error("write", path, errno);
  return {};
}

Status put_in_place(TemporaryFile& temporary, const std::string& path, Overwrite overwrite) {
  if (overwrite == Overwrite::yes) {
    if (::rename(temporary.path().c_str(), path.c_str()) != 0)
      return system_error("write", path, errno);
    temporary.keep();
    return {};
  }
  // link fails when the name is taken, at the same moment as it takes it: no other writer can come
  // in between.
  if (::link(temporary.path().c_str(), path.c_str()) == 0) return {};
  const bool no_links = errno == EPERM || errno == ENOTSUP;
  if (!no_links || ::renameat2(AT_FDCWD, temporary.path().c_str(), AT_FDCWD, path.c_str(),
                               RENAME_NOREPLACE) != 0)
    return system_error("create", path, errno);
  temporary.keep();
  return {};
}

} // namespace

Result<std::string> RealFileSystem::read(const std::string& path) const {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return system_error("read", path, errno);
  struct stat facts{};
  if (::fstat(fd.get(), &facts) != 0) return system_error("read", path, errno);
  if (S_ISDIR(facts.st_mode)) return system_error("read", path, EISDIR);
  // The size is a hint: a file may grow, and one in /proc or a pipe says 0.
  std::string bytes(static_cast<std::size_t>(facts.st_size) + 1, '\0');
  std::size_t filled = 0;
  for (;;) {
    if (filled == bytes.size()) bytes.resize(bytes.size() * 2 + 4096);
    const ssize_t got = ::read(fd.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read", path, errno);
    filled += static_cast<std::size_t>(got);
    // A regular file gives less than asked for only at its end; asking again costs a system call
    // for each of thousands of migrations.
    if (got == 0 || (S_ISREG(facts.st_mode) && filled < bytes.size())) break;
  }
  bytes.resize(filled);
  return bytes;
}

Result<std::vector<std::string>> RealFileSystem::list_files(const std::string& folder) const {
  const std::unique_ptr<DIR, CloseFolder> open(::opendir(folder.c_str()));
  if (!open) return system_error("list folder", folder, errno);
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(open.get());
    if (entry == nullptr) break;
    bool folder_entry = entry->d_type == DT_DIR;
    if (entry->d_type == DT_UNKNOWN || entry->d_type == DT_LNK) {
      struct stat facts{};
      folder_entry =
          ::fstatat(::dirfd(open.get()), entry->d_name, &facts, 0) == 0 && S_ISDIR(facts.st_mode);
    }
    if (!folder_entry) names.emplace_back(entry->d_name);
  }
  if (errno != 0) return system_error("list folder", folder, errno);
  return names;
}

bool RealFileSystem::exists(const std::string& path) const {
  return ::access(path.c_str(), F_OK) == 0;
}

bool RealFileSystem::is_folder(const std::string& path) const {
  struct stat facts{};
  return ::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

Status RealFileSystem::write(const std::string& path, const std::string& bytes,
                             Overwrite overwrite) {
  // Asked first for a clear answer and no needless work; put_in_place is what makes it sure.
  if (overwrite == Overwrite::no && exists(path)) return system_error("create", path, EEXIST);
  if (is_folder(path)) return system_error("write", path, EISDIR);
  const std::string target = real_target(path);
  const std::string parent = fs::path(target).parent_path().string();
  const std::string folder = parent.empty() ? "." : parent;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return system_error("make folder", folder, error.value());

  SLIPWAY_ASSIGN(NewFile file, make_file(folder));
  TemporaryFile temporary(file.path);
  SLIPWAY_TRY(write_all(file.fd.get(), bytes, path));
  SLIPWAY_TRY(keep_mode_of(target, file.fd.get()));
  if (::fsync(file.fd.get()) != 0) return system_error("sync", path, errno);
  SLIPWAY_TRY(put_in_place(temporary, target, overwrite));
  return sync_folder(folder);
}

} // namespace slipway::os
