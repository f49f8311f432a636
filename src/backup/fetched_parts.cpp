#include "fetched_parts.hpp"

#include "part_writer.hpp"

#include <fmt/format.h>
#include <set>

namespace slipway::backup {

namespace {

Error damaged(const Manifest& manifest, const Part& part, const std::string& how) {
  return Error(ErrorCode::check_failed,
               fmt::format("{} is damaged: {} {}", manifest.name, part.path, how))
      .with_state("nothing was changed")
      .with_next("slipway backup list");
}

} // namespace

Result<std::string> fetch_part(const Manifest& manifest, const Part& part, Store& store,
                               const std::string& folder, const Wait& wait) {
  SLIPWAY_ASSIGN(auto file, store.get(manifest.name + "/" + part.path, folder, wait));
  SLIPWAY_ASSIGN(const auto found, part_of_file(file, part.path, wait));
  if (found.bytes != part.bytes)
    return fail(
        damaged(manifest, part, fmt::format("has {} bytes and not {}", found.bytes, part.bytes)));
  if (found.sha256 != part.sha256)
    return fail(damaged(manifest, part, "does not have the digest it was stored with"));
  return file;
}

Result<FetchedParts> FetchedParts::fetch(const Manifest& manifest, Store& store, const Wait& wait) {
  SLIPWAY_ASSIGN(auto folder, os::TemporaryFolder::make("", "slipway-restore-"));
  FetchedParts fetched(std::move(folder));
  // What is missing is said before anything large is read.
  SLIPWAY_ASSIGN(const auto there, store.list(manifest.name, wait));
  std::set<std::string> paths;
  for (const auto& one : there) paths.insert(one.path);
  for (const auto& part : manifest.parts)
    if (!paths.contains(manifest.name + "/" + part.path))
      return fail(damaged(manifest, part, "is missing"));
  for (const auto& part : manifest.parts) {
    SLIPWAY_ASSIGN(auto file, fetch_part(manifest, part, store, fetched.folder(), wait));
    fetched.files_.emplace(part.path, std::move(file));
  }
  return fetched;
}

} // namespace slipway::backup
