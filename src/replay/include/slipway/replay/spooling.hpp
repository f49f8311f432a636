#pragma once

#include "slipway/os/crash_plan.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/replay/pgoutput.hpp"
#include "slipway/spool/spool.hpp"

#include <cstdint>
#include <string>

namespace slipway::replay {

/// Whoever reads a slot that is spooled, or moves it on, has this meanwhile: else somebody would
/// read the spool before and the slot after a piece went from one to the other. An advisory lock of
/// the session, in the database of the slot.
class SpoolLock {
public:
  /// Errors: lock_timeout when somebody has it for longer than `patience`; sql; cancelled.
  static Result<SpoolLock> take(pg::Session& session, const std::string& slot, Millis patience,
                                const Wait& wait);
  SpoolLock(SpoolLock&& other) noexcept;
  SpoolLock& operator=(SpoolLock&&) = delete;
  SpoolLock(const SpoolLock&) = delete;
  SpoolLock& operator=(const SpoolLock&) = delete;
  /// What goes wrong is no matter: the lock goes with the session.
  ~SpoolLock();

private:
  SpoolLock(pg::Session& session, std::string key) : session_(&session), key_(std::move(key)) {}
  pg::Session* session_;
  std::string key_;
};

/// Where the spool of that slot is below the folder for all. `since` is where the slot began.
/// Errors: sql.
Result<spool::Place> spool_place(pg::Session& session, const std::string& all,
                                 const std::string& slot, Lsn since, const Wait& wait);

/// Up to where whoever reads the slot has confirmed to have its changes: it gives none from before.
/// Errors: check_failed when there is no such slot; sql.
Result<Lsn> slot_position(pg::Session& session, const std::string& slot, const Wait& wait);

struct SpoolStep {
  spool::Extent extent;          ///< how far the spool is now
  std::int64_t transactions = 0; ///< that came to it
  bool at_end = false;           ///< nothing was left that the server had on its disk
};

/// Reads a piece of what the slot keeps into the spool, sees that it is on the disk, and moves the
/// slot on behind it, in this order: killed anywhere, the next call loses nothing and has nothing
/// twice. The publication has the name of the slot. Errors: as SpoolLock::take and
/// spool::Writer::open; part_way when the spool is ahead of the server; io; sql.
Result<SpoolStep> spool_step(pg::Session& session, const spool::Place& place, os::CrashPlan* crash,
                             const Wait& wait);

/// Reads the whole spool, and looks whether the slot goes on where it ends. Errors: source,
/// check_failed, with what is wrong; io; sql.
Status check_spool(pg::Session& session, const spool::Place& place, const Wait& wait);

} // namespace slipway::replay
