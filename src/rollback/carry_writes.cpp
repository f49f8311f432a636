// The stream first, since it knows what is no longer there; then the comparison, for the rest.
#include "carry_writes.hpp"

#include <algorithm>

namespace slipway::rollback {

namespace {

constexpr std::string_view k_duplicate = "42710";

void add(replay::SyncCounts& sum, const replay::SyncCounts& more) {
  sum.looked_at += more.looked_at;
  sum.inserted += more.inserted;
  sum.updated += more.updated;
  sum.removed += more.removed;
  sum.unknown_filled += more.unknown_filled;
}

void add(replay::ReplayReport& sum, const replay::ReplayReport& more) {
  sum.transactions += more.transactions;
  sum.rows += more.rows;
  sum.parked += more.parked;
  sum.by_migration = more.by_migration;
  sum.up_to = more.up_to;
  sum.from_follower = more.from_follower;
}

Status check_obstacles(const replay::CarryMap& map) {
  if (map.obstacles.empty()) return {};
  Error error(ErrorCode::check_failed,
              "what was written since the backup cannot be carried back: " + map.obstacles.front());
  error.notes = map.obstacles;
  return fail(std::move(error));
}

// The stream tells rows apart by the key of now: the copy must know all of its columns.
bool is_key_followed(const replay::CarriedTable& table) {
  if (table.origin->keys.empty() || table.key.empty()) return false;
  const auto& key = table.origin->keys.front();
  return std::all_of(key.begin(), key.end(), [&](int number) {
    return std::any_of(table.columns.begin(), table.columns.end(), [&](const auto& column) {
      return column.origin && !column.reverse && column.origin->number == number;
    });
  });
}

} // namespace

Status CarryWrites::prepare() {
  maps_.before = request_.before;
  SLIPWAY_ASSIGN(maps_.now, replay::read_relation_map(origin_, wait_));
  SLIPWAY_ASSIGN(maps_.copy, replay::read_relation_map(copy_, wait_));
  auto leave_out = request_.leave_out;
  leave_out.push_back(request_.history_schema);
  SLIPWAY_ASSIGN(map_, replay::make_carry_map(maps_, request_.reverses, leave_out));
  SLIPWAY_TRY(check_obstacles(map_));
  SLIPWAY_ASSIGN(const bool compared,
                 replay::was_compared(copy_, request_.history_schema, request_.run, wait_));
  from_keys_ = replay::is_key_capture(request_.capture);
  from_slot_ = !request_.capture.empty() && !from_keys_ && !compared;
  if (from_slot_ || from_keys_) explained_.migration_transactions = request_.migration_transactions;
  return {};
}

Status CarryWrites::carry(SafePathReport& report) {
  if (from_slot_) SLIPWAY_TRY(replay_slot(report));
  SLIPWAY_ASSIGN(const auto view, replay::ReadView::open(origin_, wait_));
  return carry(view, report);
}

// Where there is a slot, what it cannot tell of.
Status CarryWrites::carry(const replay::ReadView& origin, SafePathReport& report) {
  if (from_keys_) return carry_keys(origin, report);
  if (!from_slot_) {
    SLIPWAY_TRY(replay::note_compared(copy_, request_.history_schema, request_.run, wait_));
    return compare(origin, map_, report);
  }
  SLIPWAY_ASSIGN(const auto rest, not_in_stream());
  return compare(origin, rest, report);
}

Status CarryWrites::look(pg::Session& witness, SafePathReport& report) {
  SLIPWAY_ASSIGN(const auto view, replay::ReadView::open(witness, wait_));
  if (from_slot_) SLIPWAY_TRY(replay_slot(report));
  SLIPWAY_TRY(carry(view, report));
  SLIPWAY_ASSIGN(auto looked, replay::verify(view, copy_, parked_, map_, explained_, wait_));
  SLIPWAY_ASSIGN(const bool more, compare_unseen(view, looked, report));
  static_cast<void>(more);
  seen_ = std::move(looked.seen);
  return {};
}

Result<replay::VerifyReport> CarryWrites::prove(SafePathReport& report) {
  SLIPWAY_ASSIGN(const auto view, replay::ReadView::open(origin_, wait_));
  SLIPWAY_ASSIGN(auto proof,
                 replay::verify_since(seen_, view, copy_, parked_, map_, explained_, wait_));
  SLIPWAY_ASSIGN(const bool more, compare_unseen(view, proof, report));
  if (!more) return proof;
  return replay::verify_since(seen_, view, copy_, parked_, map_, explained_, wait_);
}

replay::ReplayRequest CarryWrites::replay_request() const {
  replay::ReplayRequest request{.slot = request_.capture,
                                .follower = follower_,
                                .spool = request_.spool,
                                .since = request_.capture_since,
                                .end = 0,
                                .snapshot = request_.snapshot,
                                .run = request_.capture,
                                .migration_transactions = request_.migration_transactions};
  for (const auto& table : map_.tables)
    if (table.origin && has_no_rows(table)) request.passed_over.insert(table.origin->id);
  return request;
}

Result<replay::ReplayReport> CarryWrites::replay(replay::ReplayRequest& request) {
  SLIPWAY_ASSIGN(request.end, replay::end_of_writes(origin_, wait_));
  return replay::apply_changes(origin_, copy_, parked_, maps_, map_, request, wait_);
}

Status CarryWrites::replay_slot(SafePathReport& report) {
  auto request = replay_request();
  SLIPWAY_ASSIGN(auto replayed, replay(request));
  explained_.migration_rows = std::move(replayed.by_migration_rows);
  if (!report.replayed) report.replayed.emplace();
  add(*report.replayed, replayed);
  return {};
}

void CarryWrites::go_on_from_here(const SafePathReport& report) {
  if (!from_slot_ || !report.replayed) return;
  if (follower_.empty()) {
    const auto made = replay::make_follower(origin_, request_.capture, wait_);
    // One that an interrupted rollback made serves as well.
    const bool there = made || (made.error().sql && made.error().sql->sqlstate == k_duplicate);
    if (!there) return;
    follower_ = replay::follower_name(request_.capture);
  }
  if (!replay::move_follower(origin_, replay_request(), *report.replayed, wait_)) follower_.clear();
}

Result<replay::ReplayReport> CarryWrites::follow() {
  auto request = replay_request();
  SLIPWAY_ASSIGN(auto replayed, replay(request));
  if (request_.crash != nullptr) request_.crash->reach(os::CrashPoint::copy_followed);
  SLIPWAY_TRY(replay::move_follower(origin_, request, replayed, wait_));
  return replayed;
}

// A change says nothing of a row that is not there. Partitions are named one by one, and a table
// that lacks one of them is no better than one that lacks all.
bool CarryWrites::has_no_rows(const replay::CarriedTable& table) const {
  const auto lacks = [&](const QualifiedName& name) {
    return std::find(request_.without_rows.begin(), request_.without_rows.end(), name.quoted()) !=
           request_.without_rows.end();
  };
  if (!table.target.partitioned) return lacks(table.target.name);
  return std::any_of(request_.before.relations.begin(), request_.before.relations.end(),
                     [&](const replay::Relation& one) { return one.partition && lacks(one.name); });
}

Result<replay::CarryMap> CarryWrites::not_in_stream() {
  SLIPWAY_ASSIGN(const auto captured, replay::captured_tables(origin_, request_.capture, wait_));
  replay::CarryMap rest;
  rest.created = map_.created;
  for (const auto& table : map_.tables) {
    if (!table.origin) continue;
    const bool in_stream =
        std::find(captured.begin(), captured.end(), table.origin->id) != captured.end();
    if (!in_stream || table.by_name || !is_key_followed(table) || has_no_rows(table))
      rest.tables.push_back(table);
  }
  return rest;
}

Status CarryWrites::compare(const replay::ReadView& origin, const replay::CarryMap& some,
                            SafePathReport& report) {
  const auto& since = compared_until_.empty() ? request_.snapshot : compared_until_;
  SLIPWAY_ASSIGN(auto carried,
                 replay::sync_state(origin, copy_, parked_, some, {.snapshot = since}, wait_));
  compared_until_ = origin.snapshot();
  count(carried, report);
  if (report.carried.tables.empty()) report.carried = std::move(carried);
  return {};
}

// A later time finds only what changed since.
void CarryWrites::count(const replay::SyncReport& carried, SafePathReport& report) {
  for (auto& table : report.carried.tables)
    for (const auto& one : carried.tables)
      if (one.table == table.table) add(table.counts, one.counts);
}

} // namespace slipway::rollback
