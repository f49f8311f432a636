#pragma once

#include "slipway/replay/captured_keys.hpp"

#include <string>
#include <utility>
#include <vector>

namespace slipway::replay {

/// Names of a key's columns in the old schema, by the numbers under which they were noted.
using KeyNames = std::vector<std::pair<int, std::string>>;

/// Queries on the notes of one table. A key has one fate, by who wrote last: `carry` as it is now,
/// `remove` (the application removed it, and only the migration wrote after that), `unknown` (the
/// migration removed what the application had written).
class KeyFates {
public:
  KeyFates(const CapturedKeysRequest& request, std::uint32_t table, KeyNames names)
      : request_(request), table_(table), names_(std::move(names)) {}

  /// Keys as column `value`, written by others than the migration in transactions that `since` does
  /// not see.
  std::string to_carry(const std::string& since) const;
  std::string to_remove(const std::string& since) const;
  std::string unknown() const;
  /// All keys that others than the migration wrote since the backup.
  std::string written_by_others() const;
  /// Keys that the migration wrote, and that are not carried.
  std::string of_migration() const;
  /// A query for whether it emptied the table.
  std::string emptied_by_migration() const;

private:
  std::string fates(const std::string& since) const;
  std::string value() const;

  const CapturedKeysRequest& request_;
  std::uint32_t table_;
  KeyNames names_;
};

/// A condition on a note: it is the migration's; the snapshot sees it.
std::string is_of_migration(const CapturedKeysRequest& request, const std::string& note);
std::string is_seen_by(const std::string& snapshot, const std::string& note);

} // namespace slipway::replay
