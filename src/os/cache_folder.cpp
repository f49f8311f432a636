// A folder of texts that can be made again.
#include "slipway/os/cache_folder.hpp"

#include "slipway/base/sha256.hpp"
#include "slipway/os/unique_fd.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <random>
#include <sys/stat.h>
#include <vector>

namespace slipway::os {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_ending = ".cache";
constexpr mode_t k_others = 0077;

// Behind the digest of itself, so that half a file is no file.
std::string sealed(std::string_view text) {
  return sha256_hex(text) + "\n" + std::string(text);
}

std::optional<std::string> unsealed(std::string_view file) {
  const auto end = file.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto text = file.substr(end + 1);
  if (sha256_hex(text) != file.substr(0, end)) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> read_own_file(const std::string& path, std::uint64_t most) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat facts{};
  if (!file || ::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode) ||
      facts.st_uid != ::geteuid() || static_cast<std::uint64_t>(facts.st_size) > most)
    return std::nullopt;
  std::string text(static_cast<std::size_t>(facts.st_size), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + done, text.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    done += static_cast<std::size_t>(got);
  }
  // It was asked for just now.
  ::futimens(file.get(), nullptr);
  return text;
}

bool write_new_file(const std::string& path, std::string_view text) {
  const UniqueFd file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return false;
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

struct Kept {
  fs::path path;
  fs::file_time_type asked_for;
  std::uint64_t bytes = 0;
};

// Files of ours only: half-written ones that a kill left, too.
std::vector<Kept> all_in(const std::string& folder) {
  std::vector<Kept> all;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename().string().find(k_ending) == std::string::npos) continue;
    std::error_code gone;
    Kept one{entry->path(), entry->last_write_time(gone), entry->file_size(gone)};
    if (!gone) all.push_back(std::move(one));
  }
  std::sort(all.begin(), all.end(),
            [](const Kept& a, const Kept& b) { return a.asked_for > b.asked_for; });
  return all;
}

std::string stamp_of(const std::string& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) return {};
  return fmt::format("{}:{}:{}:{}.{}", facts.st_dev, facts.st_ino, facts.st_size,
                     facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec);
}

} // namespace

bool CacheFolder::is_ours() const {
  struct stat facts{};
  return ::lstat(path_.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode) &&
         facts.st_uid == ::geteuid() && (facts.st_mode & k_others) == 0;
}

std::optional<std::string> CacheFolder::find(const std::string& name) const {
  if (path_.empty() || !is_ours()) return std::nullopt;
  const auto file = read_own_file(fmt::format("{}/{}{}", path_, name, k_ending), bounds_.bytes);
  return file ? unsealed(*file) : std::nullopt;
}

void CacheFolder::keep(const std::string& name, std::string_view text) const {
  if (path_.empty() || text.size() > bounds_.bytes) return;
  std::error_code error;
  fs::create_directories(fs::path(path_).parent_path(), error);
  if (::mkdir(path_.c_str(), 0700) != 0 && errno != EEXIST) return;
  if (!is_ours()) return;
  std::random_device random;
  const auto path = fmt::format("{}/{}{}", path_, name, k_ending);
  const auto making = fmt::format("{}.{:08x}{:08x}", path, random(), random());
  if (!write_new_file(making, sealed(text)) || ::rename(making.c_str(), path.c_str()) != 0)
    ::unlink(making.c_str());
  trim(path);
}

void CacheFolder::trim(const std::string& newest) const {
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  for (const auto& one : all_in(path_)) {
    ++files;
    bytes += one.bytes;
    if (one.path == newest || (files <= bounds_.files && bytes <= bounds_.bytes)) continue;
    ::unlink(one.path.c_str());
  }
}

std::string file_stamp(const std::string& path) {
  return stamp_of(path);
}

std::string program_stamp() {
  return stamp_of("/proc/self/exe");
}

} // namespace slipway::os
