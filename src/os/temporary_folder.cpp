// Folders that go with the object that made them.
#include "slipway/os/temporary_folder.hpp"

#include "slipway/os/environment.hpp"
#include "slipway/os/system_error.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace slipway::os {

std::string temporary_base() {
  const Environment variables = environment();
  const auto found = variables.find("TMPDIR");
  return found == variables.end() || found->second.empty() ? "/tmp" : found->second;
}

Result<TemporaryFolder> TemporaryFolder::make(const std::string& parent,
                                              const std::string& prefix) {
  std::string path = (parent.empty() ? temporary_base() : parent) + "/" + prefix + "XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return system_error("make folder", path, errno);
  return TemporaryFolder(std::move(path));
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {
}

TemporaryFolder& TemporaryFolder::operator=(TemporaryFolder&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

TemporaryFolder::~TemporaryFolder() {
  if (path_.empty()) return;
  // Nobody can be told from here; what stays is a folder in the temporary place.
  [[maybe_unused]] const Status removed = remove_tree(path_);
}

std::string TemporaryFolder::release() {
  return std::exchange(path_, {});
}

Status remove_tree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return system_error("remove", path, error.value());
  return {};
}

} // namespace slipway::os
