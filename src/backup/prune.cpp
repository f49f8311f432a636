// Which backups go.
#include "slipway/backup/catalogue.hpp"

#include "slipway/backup/name.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::backup {

namespace {

Status remove_backup(Store& store, const std::string& name, const Wait& wait) {
  SLIPWAY_TRY(store.remove_file(name + "/" + std::string(k_manifest_file), wait));
  return store.remove_folder(name, wait);
}

/// "20261120_103000" of the moment from which on a leftover may still be under way.
std::string stamp_of(std::chrono::system_clock::time_point moment) {
  const std::string text = utc_text(moment);
  return text.substr(0, 4) + text.substr(5, 2) + text.substr(8, 2) + "_" + text.substr(11, 2) +
         text.substr(14, 2) + text.substr(17, 2);
}

const Listed* newest_verified(const Listing& listing) {
  const auto found = std::find_if(listing.backups.begin(), listing.backups.end(),
                                  [](const Listed& one) { return one.verified.has_value(); });
  return found == listing.backups.end() ? nullptr : &*found;
}

} // namespace

Result<Pruned> prune(Store& store, const PruneRequest& request, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto listing, list_backups(store, wait));
  const Listed* const verified = newest_verified(listing);
  Pruned pruned;
  std::int64_t counted = 0;
  for (const auto& one : listing.backups) {
    const auto& name = one.manifest.name;
    if (!one.pinned && counted++ < request.keep) continue;
    if (one.pinned) {
      pruned.kept.push_back(fmt::format("{}: pinned: {}", name, *one.pinned));
    } else if (&one == verified) {
      pruned.kept.push_back(fmt::format("{}: the newest that was verified", name));
    } else {
      SLIPWAY_TRY(remove_backup(store, name, wait));
      pruned.backups.push_back(name);
    }
  }
  const std::string youngest = stamp_of(request.now - request.leftovers_after);
  for (const auto& one : listing.leftovers) {
    constexpr std::size_t k_month = 7;
    if (one.name.substr(k_month, youngest.size()) > youngest) {
      pruned.kept.push_back(
          fmt::format("{}: has no manifest and may be under way still", one.name));
      continue;
    }
    SLIPWAY_TRY(store.remove_folder(one.name, wait));
    pruned.leftovers.push_back(one.name);
  }
  for (const auto& one : listing.broken)
    pruned.kept.push_back(fmt::format("{}: cannot be used: {}", one.name, one.error.message));
  return pruned;
}

} // namespace slipway::backup
