#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::backup {

/// The file that makes a folder a backup. It is put last and removed first, so that what has one is
/// whole.
inline constexpr std::string_view k_manifest_file = "manifest.json";

/// What a backup has before anything else of it is stored, so that one that is being made can be
/// told by its folder.
inline constexpr std::string_view k_begun_file = "begun";

/// A file of a store, by its path below the store.
struct StoredFile {
  std::string path;
  std::uint64_t bytes = 0;
};

/// Where backups are kept: files by their paths, each put whole or not at all. Several threads may
/// call it at once. Errors of all: io with what the store said; cancelled.
class Store {
public:
  virtual ~Store() = default;
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// For people: the folder, or "rclone:REMOTE:PATH".
  virtual std::string describe() const = 0;
  /// Makes the folder of a backup; false when there is one already. Of two at the same time one
  /// gets it, where the store can tell: a local folder can, rclone's remotes cannot.
  virtual Result<bool> claim(const std::string& backup, const Wait& wait) = 0;
  /// An existing private folder in which files that are to be put are best made: moving them from
  /// there into the store costs nothing where that is possible. `backup` is whose files they are.
  virtual Result<std::string> make_scratch(const std::string& backup) = 0;
  /// Removes that folder.
  virtual void remove_scratch(const std::string& folder) = 0;
  /// Takes the local file, which is gone afterwards.
  virtual Status put(const std::string& local, const std::string& path, const Wait& wait) = 0;
  /// A small file from text.
  virtual Status write(const std::string& text, const std::string& path, const Wait& wait) = 0;
  /// A local file with the bytes, to be read only: the stored one itself, or a copy below `folder`.
  virtual Result<std::string> get(const std::string& path, const std::string& folder,
                                  const Wait& wait) = 0;
  /// A small file as text.
  virtual Result<std::string> read(const std::string& path, const Wait& wait) = 0;
  /// All files, below `folder` when that is not empty, in the order of their paths. A store that is
  /// not there yet is empty.
  virtual Result<std::vector<StoredFile>> list(const std::string& folder, const Wait& wait) = 0;
  virtual Status remove_file(const std::string& path, const Wait& wait) = 0;
  /// A folder with everything in it; none is no error.
  virtual Status remove_folder(const std::string& path, const Wait& wait) = 0;
};

struct StoreOptions {
  /// A folder, or "rclone:REMOTE:PATH".
  std::string place;
  std::string rclone_config; ///< its configuration file; empty: its own default
};

/// Opens it; a local folder is made when it is first written to. Errors: configuration.
Result<std::unique_ptr<Store>> open_store(const StoreOptions& options);

} // namespace slipway::backup
