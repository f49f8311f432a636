#pragma once

#include "slipway/base/result.hpp"

#include <string_view>
#include <vector>

namespace slipway::os {

/// Every place where state changes hands, by what is true there. Tests kill the program at each of
/// them and run it again.
enum class CrashPoint {
  run_lock_taken,       ///< the runner lock is ours, nothing is written
  run_tables_prepared,  ///< the history's tables are there
  run_recorded,         ///< the run is a row
  transaction_begun,    ///< BEGIN is answered, no statement of the user is sent
  statement_done,       ///< a statement is done inside its transaction
  before_commit,        ///< all is done but COMMIT
  after_commit,         ///< COMMIT is answered
  piecewise_begun,      ///< the migration is recorded as under way
  journal_started,      ///< a statement outside a transaction is announced, not sent
  statement_alone_done, ///< a statement outside a transaction is done, the journal does not know
  journal_completed,    ///< ... and the journal knows
  leftover_found,       ///< something an earlier attempt left is found, not removed
  leftover_removed,     ///< ... and removed
  attempt_forgotten,    ///< a migration of which nothing stayed is no longer recorded
  run_steps_done,       ///< all steps are done, the run has no end yet
  run_finished,         ///< the run has its end, the lock is still held
  capture_noted,        ///< a capture is a row, there is no slot yet
  capture_armed,        ///< slot and publication are there, the row does not know
  deploy_backed_up,     ///< the backup under the capture is stored
  copy_kept,            ///< the copy that is kept in step is made, no migration was begun
  deploy_migrated,      ///< the migrations are applied, nobody was told
  copy_followed,        ///< the copy has what was written, its slot was not moved on
  spool_written,        ///< changes of a slot are in a file, perhaps not on the disk
  spool_synced,         ///< ... on the disk, the slot is where it was
  spool_advanced,       ///< ... and the slot is moved on
  capture_slot_dropped, ///< the slot is dropped, publication and row are there
  writes_replayed,      ///< what was written is in the copy for the first time
  database_closed,      ///< nobody may connect to the database that is taken back
  swap_ready,           ///< its copy is whole, the names are as they were
  swapped,              ///< the copy has the name
  backup_begun,         ///< the backup has a place in the store, nothing is read
  backup_schema_stored, ///< its schema is stored
  backup_rows_stored,   ///< the rows of a piece of a table are stored
  backup_parts_stored,  ///< all its parts are stored, the manifest is not
  backup_stored,        ///< its manifest is stored
  fence_noted,          ///< a database is to be closed, it is still open
  fence_up,             ///< nobody may connect to the database
  fence_copied,         ///< its copy is made, the fence is still up
  fence_down,           ///< the database is open again
  restore_created,      ///< the new database is there under its passing name
  restore_loaded,       ///< its rows are loaded
  restore_finished,     ///< it is whole, under its passing name
};

/// "run.lock_taken", "apply.before_commit" ...
std::string_view crash_point_name(CrashPoint point);
std::vector<CrashPoint> all_crash_points();
/// Those that a run of migrations can reach.
std::vector<CrashPoint> crash_points_of_runs();

/// Where this process is to kill itself, as SLIPWAY_CRASH_AT says: for tests of what a crash leaves
/// behind. Always compiled in, so that what is tested is what ships; without the variable a reach()
/// is one comparison.
class CrashPlan {
public:
  /// Never crashes.
  CrashPlan() = default;
  /// "NAME", or "NAME:N" for the n-th time the point is reached. Empty: never. Errors:
  /// configuration, naming the points there are.
  static Result<CrashPlan> parse(std::string_view text);
  /// Ends this process as kill -9 does, if it is time.
  void reach(CrashPoint point);

private:
  CrashPoint point_ = CrashPoint::run_lock_taken;
  int countdown_ = 0; ///< 0: never
};

} // namespace slipway::os
