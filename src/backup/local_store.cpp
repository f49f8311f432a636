// A folder as a store. Scratch folders lie within it, so that putting a file is a rename.
#include "local_store.hpp"

#include "private_files.hpp"

#include "slipway/os/system_error.hpp"
#include "slipway/os/temporary_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>

namespace slipway::backup {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_scratch = "scratch";

Error cannot(std::string_view action, const std::string& path, const std::error_code& error) {
  return os::system_error(action, path, error.value());
}

} // namespace

Result<bool> LocalStore::claim(const std::string& backup, const Wait& /*wait*/) {
  const std::string folder = full(backup);
  constexpr ::mode_t k_private = 0700;
  // The month may go with its last backup in between.
  for (int tries = 0; tries < 2; ++tries) {
    SLIPWAY_TRY(make_private_folder(fs::path(folder).parent_path().string()));
    if (::mkdir(folder.c_str(), k_private) == 0) return true;
    if (errno == EEXIST) return false;
    if (errno != ENOENT) break;
  }
  return fail(os::system_error("make", folder, errno));
}

Result<std::string> LocalStore::make_scratch(const std::string& backup) {
  const std::string folder = full(backup) + "/" + std::string(k_scratch);
  SLIPWAY_TRY(make_private_folder(folder));
  return folder;
}

void LocalStore::remove_scratch(const std::string& folder) {
  // What stays is found as a leftover: a folder without a manifest, or a scratch folder in one.
  [[maybe_unused]] const Status removed = os::remove_tree(folder);
}

Status LocalStore::put(const std::string& local, const std::string& path, const Wait& /*wait*/) {
  const std::string target = full(path);
  SLIPWAY_TRY(make_private_folder(fs::path(target).parent_path().string()));
  return rename_durably(local, target);
}

Status LocalStore::write(const std::string& text, const std::string& path, const Wait& /*wait*/) {
  const std::string target = full(path);
  SLIPWAY_TRY(make_private_folder(fs::path(target).parent_path().string()));
  const std::string beside = target + ".new";
  std::error_code ignored;
  fs::remove(beside, ignored);
  SLIPWAY_ASSIGN(const auto file, new_private_file(beside));
  SLIPWAY_TRY(write_all(file.get(), text, beside));
  SLIPWAY_TRY(sync_file(file.get(), beside));
  return rename_durably(beside, target);
}

Result<std::string> LocalStore::get(const std::string& path, const std::string& /*folder*/,
                                    const Wait& /*wait*/) {
  const std::string source = full(path);
  std::error_code error;
  if (!fs::is_regular_file(source, error)) return fail(ErrorCode::io, "there is no " + source);
  return source;
}

Result<std::string> LocalStore::read(const std::string& path, const Wait& /*wait*/) {
  std::ifstream file(full(path), std::ios::binary);
  if (!file) return fail(ErrorCode::io, "cannot read " + full(path));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<std::vector<StoredFile>> LocalStore::list(const std::string& folder, const Wait& wait) {
  std::vector<StoredFile> files;
  const std::string root = folder.empty() ? folder_ : full(folder);
  std::error_code error;
  if (!fs::exists(root, error)) return files;
  for (fs::recursive_directory_iterator entry(root, error), end; !error && entry != end;
       entry.increment(error)) {
    if (wait.deadline.passed() || wait.stop_requested())
      return fail(ErrorCode::cancelled, "the list of " + root + " was not read in time");
    std::error_code gone;
    if (entry->is_directory(gone) && !entry->is_symlink(gone)) continue;
    const auto bytes = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
    files.push_back({fs::path(entry->path()).lexically_relative(folder_).string(), bytes});
  }
  if (error) return fail(cannot("list", root, error));
  std::sort(files.begin(), files.end(),
            [](const StoredFile& a, const StoredFile& b) { return a.path < b.path; });
  return files;
}

Status LocalStore::remove_file(const std::string& path, const Wait& /*wait*/) {
  std::error_code error;
  fs::remove(full(path), error);
  if (error) return fail(cannot("remove", full(path), error));
  return {};
}

Status LocalStore::remove_folder(const std::string& path, const Wait& /*wait*/) {
  SLIPWAY_TRY(os::remove_tree(full(path)));
  // The month goes with its last backup; one that is not empty stays.
  std::error_code ignored;
  fs::remove(fs::path(full(path)).parent_path(), ignored);
  return {};
}

} // namespace slipway::backup
