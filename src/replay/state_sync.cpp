// The two databases as they stand, table by table.
#include "slipway/replay/state_sync.hpp"

#include "stage.hpp"
#include "sync_table.hpp"

namespace slipway::replay {

namespace {

Status check_obstacles(const CarryMap& map) {
  if (map.obstacles.empty()) return {};
  Error error(ErrorCode::check_failed,
              "what was written since the backup cannot be carried back: " + map.obstacles.front());
  error.notes = map.obstacles;
  return fail(std::move(error));
}

Result<SyncReport> carry_tables(const SyncScene& scene, const CarryMap& map, const Wait& wait) {
  SyncReport report;
  for (const CarriedTable& table : map.tables) {
    if (!table.origin) {
      report.dropped.push_back(table.target.name);
      continue;
    }
    SLIPWAY_ASSIGN(const SyncCounts counts, sync_table(scene, table, wait));
    report.tables.push_back({table.target.name, counts});
  }
  for (const Relation& table : map.created) {
    SLIPWAY_ASSIGN(const SyncCounts counts, park_created_table(scene, table, wait));
    report.tables.push_back({table.name, counts});
  }
  return report;
}

} // namespace

SyncCounts SyncReport::total() const {
  SyncCounts sum;
  for (const SyncedTable& table : tables) {
    sum.looked_at += table.counts.looked_at;
    sum.inserted += table.counts.inserted;
    sum.updated += table.counts.updated;
    sum.removed += table.counts.removed;
    sum.unchanged += table.counts.unchanged;
    sum.parked += table.counts.parked;
    sum.unknown_filled += table.counts.unknown_filled;
  }
  return sum;
}

Result<SyncReport> sync_state(const ReadView& origin, pg::Session& copy, ParkedTable& parked,
                              const CarryMap& map, const SyncRequest& request, const Wait& wait) {
  SLIPWAY_TRY(check_obstacles(map));
  SLIPWAY_TRY(parked.create(wait));
  SLIPWAY_ASSIGN(WrittenSince since,
                 written_since(origin.session(), request.snapshot, "slipway_row", wait));
  return carry_tables({origin.session(), copy, parked, origin.time_zone(), std::move(since)}, map,
                      wait);
}

} // namespace slipway::replay
