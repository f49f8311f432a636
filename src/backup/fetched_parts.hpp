#pragma once

#include "slipway/backup/manifest.hpp"
#include "slipway/backup/store.hpp"
#include "slipway/os/temporary_folder.hpp"

#include <map>
#include <string>

namespace slipway::backup {

/// The parts of a backup as local files, each with the size and digest that the manifest says.
class FetchedParts {
public:
  /// Errors: check_failed for a part that is missing or is not what was stored; io; cancelled.
  static Result<FetchedParts> fetch(const Manifest& manifest, Store& store, const Wait& wait);
  /// Precondition: the path is a part's.
  const std::string& file(const std::string& path) const { return files_.at(path); }
  const std::string& folder() const { return folder_.path(); }

private:
  explicit FetchedParts(os::TemporaryFolder folder) : folder_(std::move(folder)) {}
  os::TemporaryFolder folder_; ///< of copies; a local store's files are used where they are
  std::map<std::string, std::string> files_;
};

/// The same for one part.
Result<std::string> fetch_part(const Manifest& manifest, const Part& part, Store& store,
                               const std::string& folder, const Wait& wait);

} // namespace slipway::backup
