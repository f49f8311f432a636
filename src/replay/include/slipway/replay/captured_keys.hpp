#pragma once

#include "slipway/replay/carry_map.hpp"
#include "slipway/replay/forecast.hpp"
#include "slipway/replay/migration_rows.hpp"
#include "slipway/replay/parked.hpp"
#include "slipway/replay/read_view.hpp"
#include "slipway/replay/state_sync.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace slipway::replay {

/// Which notes of triggers count, and for what.
struct CapturedKeysRequest {
  std::string schema;   ///< of the history
  std::string snapshot; ///< of the backup: what it sees needs no carrying
  /// Those of the run that is taken back: what they wrote is not carried.
  std::vector<std::uint64_t> migration_transactions;
};

/// What triggers noted, of tables that can be carried by it.
class CapturedKeys {
public:
  /// In the view of the new schema. Left out are tables of which a trigger is gone or switched off,
  /// that were emptied by others than the migration, whose key was not always known, or whose rows
  /// are told apart by another key now. Errors: sql.
  static Result<CapturedKeys> read(const ReadView& origin, const CarryMap& map,
                                   const CapturedKeysRequest& request, const Wait& wait);

  bool has(const CarriedTable& table) const;
  /// Whether all that was written to the table of that number is noted by keys.
  bool knows(std::uint32_t table) const { return noted_.contains(table); }

  /// Carries those rows, and no others, whose keys were noted by transactions that `since` does
  /// not see, as sync_state does: values are those of now, a row that is gone is removed. A row
  /// that was written and then removed by the migration has no values any more; it is parked, and
  /// the copy keeps the one of the backup. Nobody may write to the copy meanwhile.
  /// Errors: as sync_state.
  Result<SyncReport> carry(const ReadView& origin, pg::Session& copy, ParkedTable& parked,
                           const CarryMap& map, const std::string& since, const Wait& wait) const;

  /// Parks the keys that were written to tables which it knows and the migration dropped. Called
  /// again it begins anew.
  Result<std::int64_t> park_dropped_tables(const ReadView& origin, ParkedTable& parked,
                                           const CarryMap& map, const RelationMap& before,
                                           const Wait& wait) const;

  /// Rows that differ because what the migration did to them is not carried.
  Result<MigrationRows> not_carried(const ReadView& origin, const CarryMap& map,
                                    const Wait& wait) const;

private:
  explicit CapturedKeys(CapturedKeysRequest request) : request_(std::move(request)) {}

  CapturedKeysRequest request_;
  std::set<std::uint32_t> noted_;  ///< tables whose triggers were there all the time
  std::set<std::uint32_t> tables_; ///< of those: their keys still tell rows apart
};

/// What there would be to carry if a rollback began now. Errors: sql.
Result<Forecast> forecast_keys(pg::Session& origin, const RelationMap& before,
                               const CapturedKeysRequest& request, const Wait& wait);

} // namespace slipway::replay
