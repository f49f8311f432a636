#pragma once

#include "slipway/replay/carry_map.hpp"
#include "slipway/replay/migration_rows.hpp"
#include "slipway/replay/parked.hpp"
#include "slipway/replay/pgoutput.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace slipway::replay {

/// Where the stream ends, for ReplayRequest::end: behind everything that was committed so far, and
/// on the server's disk. A commit with synchronous_commit = off is acknowledged before it is there,
/// and a slot shows only what is, so a commit of our own is waited for. To be asked when nobody can
/// write any more and all who did are finished. Errors: as Session::query.
Result<Lsn> end_of_writes(pg::Session& session, const Wait& wait);

struct ReplayRequest {
  std::string slot; ///< also the name of the publication
  /// A second slot that is moved on behind what the copy has; empty: there is none. Where it knows
  /// all that the copy lacks, the stream is read from there, and not from its beginning.
  std::string follower;
  /// The folder for all spools, where what the slot gave before it was moved on is in one; empty:
  /// it was not.
  std::string spool = {};
  Lsn since = 0; ///< where the slot began; 0: that is not known, and nobody ever moved it on
  Lsn end = 0;   ///< end_of_writes
  /// What pg_current_snapshot() said under the snapshot of the copy: whoever it sees is in the copy
  /// already.
  std::string snapshot;
  std::string run;
  /// Transactions of the migration itself, for servers before 14, whose streams carry no markers.
  /// After the first of them names mean what they mean now: one that changed between two of them is
  /// not told apart.
  std::vector<std::uint64_t> migration_transactions;
  /// Tables, by their numbers now, whose changes are passed over: they come in another way.
  std::set<std::uint32_t> passed_over;
  /// Row changes that are applied in one transaction.
  std::size_t group = 2'000;
};

struct ReplayReport {
  std::int64_t transactions = 0; ///< replayed
  std::int64_t rows = 0;         ///< replayed, those parked among them
  std::int64_t parked = 0;
  std::int64_t already_there =
      0; ///< transactions that the copy has, from its snapshot or an earlier run
  std::int64_t by_migration = 0; ///< transactions that carry a marker
  MigrationRows by_migration_rows;
  Lsn up_to = 0;
  bool from_follower = false; ///< only what came since the last time was read
};

/// Replays what a slot has kept onto the copy. What was spooled of it
/// comes first. The slots are only looked at: they stay where they are. How far the copy is, is
/// kept in it, in the table `replayed` of the schema of parked rows, in the same transaction as the
/// rows, so a replay that was killed goes on where it was and makes nothing twice.
///
/// A row that the old schema refuses is parked, and the rest of its group is replayed row by row.
/// Columns are told by their names at the time of the change, through the map of the last marker,
/// which is kept in the copy, too, with the rows that the migrations wrote.
/// Errors: as sync_state; part_way, when the stream is not what it should be: what was replayed so
/// far stays.
Result<ReplayReport> apply_changes(pg::Session& origin, pg::Session& copy, ParkedTable& parked,
                                   const Maps& maps, const CarryMap& map,
                                   const ReplayRequest& request, const Wait& wait);

/// Lets the server forget what the copy has, as far as only the follower asks for it. To be called
/// after the replay, for then the rows are committed. Errors: sql.
Status move_follower(pg::Session& origin, const ReplayRequest& request,
                     const ReplayReport& replayed, const Wait& wait);

/// A copy that was filled by comparing holds what a stream would bring a second time: it is noted
/// in the copy, beside how far a replay came, with the run that is taken back.
Status note_compared(pg::Session& copy, const std::string& schema, std::int64_t run,
                     const Wait& wait);
Result<bool> was_compared(pg::Session& copy, const std::string& schema, std::int64_t run,
                          const Wait& wait);

} // namespace slipway::replay
