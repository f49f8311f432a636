#pragma once

#include "slipway/pg/session.hpp"
#include "slipway/replay/migration_rows.hpp"
#include "slipway/replay/relation_map.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::replay {

/// What the beginning of a stream said and its end needs: which names are in force, and which rows
/// the migrations wrote. It is kept in the copy, beside how far that is, and in the same
/// transaction, so that a replay can go on without the beginning.
class ReplayState {
public:
  ReplayState(const std::string& schema, std::string run);

  struct Known {
    std::optional<RelationMap> map; ///< of the last marker; none: there was none yet
    MigrationRows by_migration;
  };

  Status create(pg::Session& copy, const Wait& wait) const;
  /// Nothing when the copy was not filled by a stream. Errors: sql, source.
  Result<std::optional<Known>> read(pg::Session& copy, const Wait& wait) const;
  /// The statements that add to it. `map` is JSON; nothing: as it was.
  std::vector<pg::Query> changes(const std::optional<std::string>& map,
                                 const MigrationRows& rows) const;

private:
  std::string schema_;
  std::string run_;
};

} // namespace slipway::replay
