#pragma once

#include "slipway/plan/history.hpp"
#include "slipway/source/folder.hpp"
#include "slipway/source/stored.hpp"

#include <stdexcept>
#include <vector>

namespace slipway::test {

/// The history after the given versions of a folder were applied, in that order.
inline plan::History history_of(const source::Folder& folder,
                                const std::vector<std::int64_t>& versions) {
  plan::History history;
  history.exists = true;
  for (const auto number : versions) {
    for (const auto& file : folder.files) {
      if (file.version.number() != number) continue;
      const auto migration = source::parse_migration(file);
      if (!migration) throw std::runtime_error(migration.error().message);
      plan::AppliedMigration one{.version = file.version, .name = file.name};
      one.checksums = migration->checksums;
      one.order = static_cast<std::int64_t>(history.applied.size()) + 1;
      one.irreversible = migration->irreversible;
      if (migration->down) one.down_text = source::stored_down_text(*migration);
      history.applied.push_back(std::move(one));
    }
  }
  return history;
}

} // namespace slipway::test
