// rclone as a store. Its remotes have no rename that may be relied upon, but put a file whole or
// not at all; the manifest comes last.
#include "rclone_store.hpp"

#include "slipway/os/temporary_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::backup {

namespace {

constexpr int k_no_folder = 3; ///< https://rclone.org/docs/#exit-code
constexpr int k_no_file = 4;
constexpr std::size_t k_longest_list = std::size_t{256} << 20U;

} // namespace

std::string RcloneStore::full(const std::string& path) const {
  return path.empty() || remote_.back() == ':' || remote_.back() == '/' ? remote_ + path
                                                                        : remote_ + "/" + path;
}

Result<os::Finished> RcloneStore::call(std::vector<std::string> arguments, const std::string& input,
                                       const Wait& wait) const {
  os::Command command;
  command.arguments = {"rclone", "--quiet", "--retries", "3"};
  if (!config_.empty()) command.arguments.insert(command.arguments.end(), {"--config", config_});
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  command.input = input;
  command.output_limit = k_longest_list;
  auto done = os::run(command, wait);
  if (!done)
    return fail(
        std::move(done).error().with_hint("install rclone, or set backup.store to a folder"));
  if (done->timed_out || done->stopped)
    return fail(ErrorCode::cancelled, fmt::format("rclone {} did not end in time", arguments[0]));
  return done;
}

Result<std::string> RcloneStore::must(std::vector<std::string> arguments, const std::string& input,
                                      const Wait& wait) const {
  const std::string verb = arguments.front();
  SLIPWAY_ASSIGN(auto done, call(std::move(arguments), input, wait));
  if (done.exit_status != 0 || done.output_truncated)
    return fail(Error(ErrorCode::io, fmt::format("rclone {} at {} ended with status {}", verb,
                                                 describe(), done.exit_status))
                    .with_note(done.errors));
  return std::move(done.output);
}

Result<bool> RcloneStore::claim(const std::string& backup, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto there, list(backup, wait));
  return there.empty();
}

Result<std::string> RcloneStore::make_scratch(const std::string& /*backup*/) {
  SLIPWAY_ASSIGN(auto folder, os::TemporaryFolder::make("", "slipway-backup-"));
  return folder.release();
}

void RcloneStore::remove_scratch(const std::string& folder) {
  [[maybe_unused]] const Status removed = os::remove_tree(folder);
}

Status RcloneStore::put(const std::string& local, const std::string& path, const Wait& wait) {
  SLIPWAY_TRY(must({"moveto", local, full(path)}, "", wait));
  return {};
}

Status RcloneStore::write(const std::string& text, const std::string& path, const Wait& wait) {
  SLIPWAY_TRY(must({"rcat", full(path)}, text, wait));
  return {};
}

Result<std::string> RcloneStore::get(const std::string& path, const std::string& folder,
                                     const Wait& wait) {
  const std::string local = folder + "/" + path;
  SLIPWAY_TRY(must({"copyto", full(path), local}, "", wait));
  std::error_code error;
  if (!std::filesystem::is_regular_file(local, error))
    return fail(ErrorCode::io, fmt::format("there is no {} in {}", path, describe()));
  return local;
}

Result<std::string> RcloneStore::read(const std::string& path, const Wait& wait) {
  return must({"cat", full(path)}, "", wait);
}

Result<std::vector<StoredFile>> RcloneStore::list(const std::string& folder, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto done, call({"lsjson", "--recursive", "--files-only", "--no-mimetype",
                                        "--no-modtime", full(folder)},
                                       "", wait));
  if (done.exit_status == k_no_folder || done.exit_status == k_no_file)
    return std::vector<StoredFile>{};
  if (done.exit_status != 0)
    return fail(Error(ErrorCode::io, fmt::format("cannot list {}", describe()))
                    .with_note(done.errors)
                    .with_hint("try: rclone lsd " + remote_));
  std::vector<StoredFile> files;
  try {
    for (const auto& one : nlohmann::json::parse(done.output))
      files.push_back({(folder.empty() ? "" : folder + "/") + one.at("Path").get<std::string>(),
                       static_cast<std::uint64_t>(
                           std::max<std::int64_t>(one.at("Size").get<std::int64_t>(), 0))});
  } catch (const nlohmann::json::exception&) {
    return fail(ErrorCode::io, "what rclone lsjson printed cannot be read");
  }
  std::sort(files.begin(), files.end(),
            [](const StoredFile& a, const StoredFile& b) { return a.path < b.path; });
  return files;
}

Status RcloneStore::remove_file(const std::string& path, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto done, call({"deletefile", full(path)}, "", wait));
  if (done.exit_status == 0 || done.exit_status == k_no_folder || done.exit_status == k_no_file)
    return {};
  return fail(Error(ErrorCode::io, fmt::format("cannot remove {} from {}", path, describe()))
                  .with_note(done.errors));
}

Status RcloneStore::remove_folder(const std::string& path, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto done, call({"purge", full(path)}, "", wait));
  if (done.exit_status == 0 || done.exit_status == k_no_folder) return {};
  return fail(Error(ErrorCode::io, fmt::format("cannot remove {} from {}", path, describe()))
                  .with_note(done.errors));
}

} // namespace slipway::backup
