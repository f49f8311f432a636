#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/event.hpp"
#include "slipway/base/result.hpp"
#include "slipway/inspect/read.hpp"
#include "slipway/os/crash_plan.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/replay/apply_changes.hpp"
#include "slipway/replay/reconcile.hpp"
#include "slipway/replay/verify.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace slipway::rollback {

/// Back to the database as it was before a run, with what was written since.
struct SafePathRequest {
  std::string database; ///< the broken one
  std::int64_t run = 0; ///< the one to be taken back
  /// Opens a session in a database of the server; called for `database`, the copy, and `control`.
  std::function<Result<pg::Session>(const std::string& database, const Wait&)> open;
  std::string control = "postgres"; ///< any other database of the server
  /// Makes the backup from before the run a database of that name, which is not there. It is there
  /// when it is whole, and not otherwise.
  std::function<Status(const std::string& database, const Wait&)> make_copy;
  /// A copy that was made of it before, and is whole; empty: there is none.
  std::string kept_copy;
  std::string snapshot; ///< pg_current_snapshot() of that backup
  replay::RelationMap before;
  replay::Reverses reverses;
  /// Tables of which the backup has no rows, quoted: they are taken from the live database.
  std::vector<std::string> without_rows;
  std::string history_schema;
  std::vector<std::string> leave_out; ///< further schemas of which nothing is carried
  inspect::Scope scope;
  std::string wanted_fingerprint; ///< of the copy, without digests of secrets
  /// The slot, and publication, that has kept what was written since the backup; empty: none has,
  /// and what was written is found by comparing.
  std::string capture;
  std::string follower; ///< its second slot, moved on behind the kept copy; empty: there is none
  /// The folder for spools, where a part of its stream is; empty: none is.
  std::string spool = {};
  replay::Lsn capture_since = 0;                     ///< where the slot began
  std::vector<std::uint64_t> migration_transactions; ///< under that capture
  EventSink& events;
  os::CrashPlan* crash = nullptr;
};

struct SafePathReport {
  std::string broken;          ///< what the broken database is called now; it can be read
  bool in_place = false;       ///< `broken` are schemas of the same database
  bool over_kept_copy = false; ///< nothing was restored
  std::optional<replay::ReplayReport> replayed; ///< when a slot was replayed
  replay::SyncReport carried; ///< by comparing: all tables, or those that no slot can tell of
  replay::ReconcileReport reconciled;
  replay::VerifyReport verified;
  std::int64_t parked = 0; ///< rows in `parked` of the history's schema
  Millis restoring{0};     ///< the backup, beside the broken database
  Millis carrying{0};      ///< what was written since, while the database was open
  Millis comparing{0};     ///< all rows on both sides, likewise
  Millis closed{0};        ///< how long nobody could connect
};

/// What the copy and, afterwards, the broken database are called. At most 51 bytes; a long name is
/// cut and told apart by a digest.
std::string copy_name(const std::string& database, std::int64_t run);
std::string broken_name(const std::string& database, std::int64_t run);
/// What a copy is called that a deploy keeps in step; it is made before the run has a number.
std::string kept_copy_name(const std::string& database, const std::string& after_run);
/// The setting of a database that is such a copy. It has it from the moment that it has its name,
/// and loses it in the swap.
inline constexpr const char* k_copy_mark = "slipway.copy_of";

/// Makes the copy beside the broken database, carries over what was written since, from the slot or
/// by comparing, and compares all rows on both sides; then it closes the database, carries over the
/// rest, compares what changed since, and swaps the names in one transaction. Interrupted anywhere
/// and called again, it goes on; until the swap the database is the one it was. Errors:
/// check_failed when a difference is not explained, or the copy's schema is not the one from before
/// (then the copy stays to be looked at, and the database is open as before); as Fence::put_up,
/// replay::sync_state, make_copy.
Result<SafePathReport> take_safe_path(const SafePathRequest& request, const Wait& wait);

} // namespace slipway::rollback
