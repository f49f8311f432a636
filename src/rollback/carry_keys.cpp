// What triggers noted, and what they cannot have noted.
#include "carry_writes.hpp"

#include <algorithm>

namespace slipway::rollback {

// In the same view as the rest, so that what is looked at afterwards in it must be equal.
Status CarryWrites::carry_keys(const replay::ReadView& origin, SafePathReport& report) {
  const replay::CapturedKeysRequest request{.schema = request_.history_schema,
                                            .snapshot = request_.snapshot,
                                            .migration_transactions =
                                                request_.migration_transactions};
  SLIPWAY_ASSIGN(const auto keys, replay::CapturedKeys::read(origin, map_, request, wait_));
  replay::CarryMap noted;
  replay::CarryMap rest;
  replay::CarryMap late;
  rest.created = map_.created;
  for (const auto& table : map_.tables) {
    const auto* before = request_.before.relation(table.target.name);
    if (!table.origin) {
      if (before == nullptr || !keys.knows(before->id)) rest.tables.push_back(table);
      continue;
    }
    const auto& name = table.target.name;
    if (keys.has(table) && !has_no_rows(table) && !compared_.contains(name)) {
      noted.tables.push_back(table);
    } else {
      const bool is_late = compared_.insert(name).second && !compared_until_.empty();
      (is_late ? late : rest).tables.push_back(table);
    }
  }
  SLIPWAY_TRY(compare(origin, rest, report));
  SLIPWAY_TRY(compare_late(origin, late, report));
  const auto& since = noted_until_.empty() ? request_.snapshot : noted_until_;
  SLIPWAY_ASSIGN(auto carried, keys.carry(origin, copy_, parked_, noted, since, wait_));
  SLIPWAY_TRY(keys.park_dropped_tables(origin, parked_, map_, request_.before, wait_));
  noted_until_ = origin.snapshot();
  SLIPWAY_ASSIGN(explained_.migration_rows, keys.not_carried(origin, noted, wait_));
  count(carried, report);
  for (auto& one : carried.tables) {
    const bool counted = std::any_of(report.carried.tables.begin(), report.carried.tables.end(),
                                     [&](const auto& other) { return other.table == one.table; });
    if (!counted) report.carried.tables.push_back(std::move(one));
  }
  return {};
}

// A table that was carried by its keys before has never been compared.
Status CarryWrites::compare_late(const replay::ReadView& origin, const replay::CarryMap& late,
                                 SafePathReport& report) {
  if (late.tables.empty()) return {};
  SLIPWAY_ASSIGN(const auto carried, replay::sync_state(origin, copy_, parked_, late,
                                                        {.snapshot = request_.snapshot}, wait_));
  count(carried, report);
  return {};
}

// In the view in which the keys were carried nothing may differ that nothing explains. Where it
// does, somebody wrote while a trigger did not fire.
Result<bool> CarryWrites::compare_unseen(const replay::ReadView& origin,
                                         const replay::VerifyReport& verified,
                                         SafePathReport& report) {
  if (!from_keys_) return false;
  replay::CarryMap late;
  for (const auto& table : map_.tables) {
    const auto& name = table.target.name;
    const bool differs =
        std::any_of(verified.tables.begin(), verified.tables.end(),
                    [&](const auto& one) { return one.table == name && one.unexplained > 0; });
    if (!table.origin || !differs || !compared_.insert(name).second) continue;
    request_.events.on_event(event::Warning{
        .message = name.quoted() + " was written to while no trigger noted it: it is compared",
        .hint = {}});
    explained_.migration_rows.keys.erase(name);
    explained_.migration_rows.emptied.erase(name);
    late.tables.push_back(table);
  }
  SLIPWAY_TRY(compare_late(origin, late, report));
  return !late.tables.empty();
}

} // namespace slipway::rollback
