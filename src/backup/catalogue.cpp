// What is in a store. The marks of a backup are small files beside its manifest, which itself is
// never written again.
#include "slipway/backup/catalogue.hpp"

#include "marks.hpp"

#include "slipway/backup/name.hpp"
#include "slipway/base/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <set>

namespace slipway::backup {

namespace {

constexpr std::size_t k_month = 7;
constexpr std::size_t k_shortest_commit = 4;

struct Folder {
  std::set<std::string> files; ///< below the folder
  std::uint64_t bytes = 0;
};

/// Files by the backups whose folder they are in.
std::map<std::string, Folder> folders_of(const std::vector<StoredFile>& files) {
  std::map<std::string, Folder> folders;
  for (const auto& file : files) {
    const auto end = file.path.find('/', std::min(k_month, file.path.size()));
    if (end == std::string::npos) continue;
    const std::string name = file.path.substr(0, end);
    if (!is_backup_name(name)) continue;
    auto& folder = folders[name];
    folder.files.insert(file.path.substr(end + 1));
    folder.bytes += file.bytes;
  }
  return folders;
}

Result<Manifest> read_manifest(Store& store, const std::string& name, const Wait& wait) {
  const std::string path = name + "/" + std::string(k_manifest_file);
  SLIPWAY_ASSIGN(const auto text, store.read(path, wait));
  SLIPWAY_ASSIGN(auto manifest, manifest_from_json(text, path));
  if (manifest.name != name)
    return fail(ErrorCode::check_failed,
                fmt::format("{} holds the manifest of {}", name, manifest.name));
  return manifest;
}

Status missing_parts(const Manifest& manifest, const Folder& folder) {
  for (const auto& part : manifest.parts)
    if (!folder.files.contains(part.path))
      return fail(ErrorCode::check_failed,
                  fmt::format("{} is damaged: {} is missing", manifest.name, part.path));
  return {};
}

Status add_folder(Store& store, const std::string& name, const Folder& folder, Listing& listing,
                  const Wait& wait) {
  if (!folder.files.contains(std::string(k_manifest_file))) {
    listing.leftovers.push_back({name, folder.bytes});
    return {};
  }
  auto manifest = read_manifest(store, name, wait);
  Status whole = manifest ? missing_parts(*manifest, folder) : Status();
  if (!manifest || !whole) {
    listing.broken.push_back(
        {name, manifest ? std::move(whole).error() : std::move(manifest).error()});
    return {};
  }
  Listed listed{.manifest = std::move(*manifest)};
  SLIPWAY_TRY(read_marks(store, folder.files, listed, wait));
  listing.backups.push_back(std::move(listed));
  return {};
}

Error none_found(const std::string& what) {
  return Error(ErrorCode::check_failed, fmt::format("there is no backup \"{}\"", what))
      .with_next("slipway backup list");
}

bool is_commit(const std::string& text) {
  return text.size() >= k_shortest_commit &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
}

} // namespace

Result<Listing> list_backups(Store& store, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto files, store.list("", wait));
  Listing listing;
  for (const auto& [name, folder] : folders_of(files))
    SLIPWAY_TRY(add_folder(store, name, folder, listing, wait));
  std::reverse(listing.backups.begin(), listing.backups.end());
  return listing;
}

Result<Listed> find_backup(const Listing& listing, const std::string& what) {
  if (what == "latest") {
    if (listing.backups.empty()) return fail(none_found(what));
    return listing.backups.front();
  }
  const auto is_name = [&](const std::string& name) {
    return name == what || (name.size() > k_month && name.substr(k_month) == what);
  };
  for (const auto& one : listing.backups)
    if (is_name(one.manifest.name)) return one;
  for (const auto& one : listing.broken)
    if (is_name(one.name)) return fail(one.error);
  for (const auto& one : listing.leftovers)
    if (is_name(one.name))
      return fail(Error(ErrorCode::check_failed,
                        fmt::format("{} was never finished: it has no manifest", one.name))
                      .with_next("slipway backup prune"));
  if (!is_commit(what)) return fail(none_found(what));
  std::set<std::string> commits;
  const Listed* found = nullptr;
  for (const auto& one : listing.backups)
    if (to_lower_ascii(one.manifest.git_sha).starts_with(to_lower_ascii(what))) {
      commits.insert(one.manifest.git_sha);
      if (found == nullptr) found = &one;
    }
  if (found == nullptr) return fail(none_found(what));
  if (commits.size() > 1)
    return fail(ErrorCode::check_failed,
                fmt::format("\"{}\" begins several commits: {}", what, fmt::join(commits, ", ")));
  return *found;
}

Status check_expected(const Manifest& manifest, const Expected& expected) {
  if (!expected.database.empty() && manifest.database != expected.database)
    return fail(Error(ErrorCode::check_failed,
                      fmt::format("{} is a backup of database \"{}\" and not of \"{}\"",
                                  manifest.name, manifest.database, expected.database))
                    .with_state("nothing was changed"));
  if (!expected.git_sha.empty() && !manifest.git_sha.starts_with(expected.git_sha))
    return fail(
        Error(ErrorCode::check_failed,
              fmt::format("{} is of commit {} and not of {}", manifest.name,
                          manifest.git_sha.empty() ? "(none)" : manifest.git_sha, expected.git_sha))
            .with_state("nothing was changed"));
  return {};
}

} // namespace slipway::backup
