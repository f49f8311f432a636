#include "slipway/test/memory_file_system.hpp"

namespace slipway::test {

Result<std::string> MemoryFileSystem::read(const std::string& path) const {
  if (const auto broken = broken_.find(path); broken != broken_.end())
    return fail(ErrorCode::io, path + ": " + broken->second);
  const auto found = files_.find(path);
  if (found == files_.end()) return fail(ErrorCode::io, path + ": No such file or directory");
  return found->second;
}

Result<std::vector<std::string>> MemoryFileSystem::list_files(const std::string& folder) const {
  if (!is_folder(folder)) return fail(ErrorCode::io, folder + ": No such file or directory");
  std::vector<std::string> names;
  const std::string prefix = folder + "/";
  for (const auto& [path, bytes] : files_) {
    if (path.rfind(prefix, 0) != 0 || path.size() == prefix.size()) continue;
    const std::string name = path.substr(prefix.size());
    if (name.find('/') == std::string::npos) names.push_back(name);
  }
  return names;
}

bool MemoryFileSystem::exists(const std::string& path) const {
  return files_.count(path) > 0 || is_folder(path);
}

bool MemoryFileSystem::is_folder(const std::string& path) const {
  const auto below = files_.lower_bound(path + "/");
  return below != files_.end() && below->first.rfind(path + "/", 0) == 0;
}

Status MemoryFileSystem::write(const std::string& path, const std::string& bytes,
                               Overwrite overwrite) {
  if (overwrite == Overwrite::no && files_.count(path) > 0)
    return fail(ErrorCode::io, path + ": File exists");
  files_[path] = bytes;
  return {};
}

} // namespace slipway::test
