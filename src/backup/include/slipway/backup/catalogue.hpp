#pragma once

#include "slipway/backup/cipher.hpp"
#include "slipway/backup/manifest.hpp"
#include "slipway/backup/restore.hpp"
#include "slipway/backup/store.hpp"
#include "slipway/base/event.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace slipway::backup {

/// What was last found to be right about a backup.
struct Verified {
  std::string at;        ///< "2026-11-20T10:30:00Z"
  bool restored = false; ///< restored on a throwaway server and compared; else only its digests
};

/// A whole backup, as far as its manifest tells.
struct Listed {
  Manifest manifest;
  std::optional<Verified> verified;
  std::optional<std::string> pinned; ///< why; it is not pruned
};

/// A folder with a manifest that cannot be used.
struct Broken {
  std::string name;
  Error error;
};

/// What an interrupted backup left: it has no manifest.
struct Leftover {
  std::string name;
  std::uint64_t bytes = 0;
};

struct Listing {
  std::vector<Listed> backups; ///< newest first
  std::vector<Broken> broken;
  std::vector<Leftover> leftovers;
};

/// Everything in a store that has the name of a backup. Errors: io; cancelled.
Result<Listing> list_backups(Store& store, const Wait& wait);

/// The backup of that name, with or without its month; the newest one of a commit that begins with
/// the text (four digits or more); or the newest of all for "latest". Errors: check_failed when
/// there is none, or the commit is not just one; what is wrong with the one that was named.
Result<Listed> find_backup(const Listing& listing, const std::string& what);

/// What a backup must be to be used for something; empty: anything.
struct Expected {
  std::string database;
  std::string git_sha;
};
/// Errors: check_failed, by name, when it is of another database or commit.
Status check_expected(const Manifest& manifest, const Expected& expected);

/// Reads every part and compares its digest. Notes in the store that it was right. Errors:
/// check_failed with the part; io.
Status verify_parts(const Manifest& manifest, Store& store,
                    std::chrono::system_clock::time_point now, const Wait& wait);

struct TrialOptions {
  Cipher cipher; ///< from cipher_for_reading()
  std::string program_folder;
  int jobs = 4;
};
/// Restores it on a throwaway server of its version and compares. Notes in the store that it was
/// right. Errors: as restore(); unsupported when there are no server programs for it.
Result<Comparison> verify_by_restoring(const Manifest& manifest, Store& store,
                                       const TrialOptions& options, EventSink& events,
                                       std::chrono::system_clock::time_point now, const Wait& wait);

struct PruneRequest {
  std::int64_t keep = 10; ///< the newest, without those that are pinned
  /// How old what an interrupted backup left must be: a younger one may be under way.
  Millis leftovers_after{std::chrono::hours(24)};
  std::chrono::system_clock::time_point now;
};
struct Pruned {
  std::vector<std::string> backups;
  std::vector<std::string> leftovers;
  std::vector<std::string> kept; ///< that would have gone, with the reason
};
/// Removes old backups: never the newest that was verified, never a pinned one, never a broken one,
/// which a person should look at. A backup's manifest goes first, so that one that is half removed
/// is a leftover. Errors: io; cancelled.
Result<Pruned> prune(Store& store, const PruneRequest& request, const Wait& wait);

/// Keeps a backup from being pruned until it is unpinned.
Status pin(Store& store, const std::string& name, const std::string& reason, const Wait& wait);
Status unpin(Store& store, const std::string& name, const Wait& wait);

} // namespace slipway::backup
