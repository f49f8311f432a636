#pragma once

#include "slipway/base/event.hpp"
#include "slipway/base/secrets.hpp"
#include "slipway/history/store.hpp"
#include "slipway/locks/lock_watcher.hpp"
#include "slipway/os/crash_plan.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/plan/plan.hpp"

#include <functional>
#include <string>
#include <vector>

namespace slipway::apply {

/// How patient the statements of a run are.
struct Limits {
  locks::Policy locks;
  Millis statement_timeout{300'000}; ///< for each statement, except concurrent index operations
  Millis concurrent_timeout{
      21'600'000}; ///< for CREATE/DROP/REINDEX INDEX CONCURRENTLY, which block nobody
};

/// What every step of a run shares. All references must outlive the call.
struct RunContext {
  pg::Session& session;
  const history::Store& store;
  EventSink& events;
  const Masker& masker;
  os::CrashPlan& crash;
  locks::LockWatcher& watcher;
  std::int64_t run = 0;
  std::string application_name;
  Limits limits;
  /// Sent right after the BEGIN of each transaction of the run. An error of one ends the
  /// transaction.
  std::vector<pg::Query> transaction_prologue = {};
  /// Sent right before its COMMIT.
  std::vector<pg::Query> transaction_epilogue = {};
  /// Called in each transaction of the run before the first of its statements. An error rolls it
  /// back; a lock time-out or a deadlock is tried again like one of a statement. May be empty.
  std::function<Status(const plan::Step& step, const plan::Group& group, const Wait& wait)>
      after_begin = {};
  /// Called in each transaction of the run when all is done but its COMMIT. An error rolls it back.
  /// May be empty.
  std::function<Status(const Wait& wait)> before_commit = {};
  /// A pooler lends the server session for one transaction at a time: nothing may be set in it that
  /// outlives the transaction.
  bool borrowed_session = false;
  /// Asked before a statement outside a transaction, with the longest it may run; an error keeps it
  /// from being sent. May be empty.
  std::function<Status(Millis longest, const Wait& wait)> before_alone = {};
};

/// Where a step stands in its run.
struct StepPosition {
  std::int64_t index = 1;
  std::int64_t total = 1;
};

struct StepOutcome {
  std::int64_t rows = 0;
  double duration_ms = 0;
};

/// Runs one migration in one direction. Statements that can share a transaction do, and the history
/// row is written in the same transaction; others are journaled one by one, so that a later run
/// goes on at the first one not done. A transaction is begun when nobody is seen to hold what it
/// needs; a lock time-out, a deadlock or somebody who waits behind it too long rolls it back, and
/// it is tried again as a whole, within the budget. A failure inside a transaction leaves nothing
/// behind. Errors carry the place in the file, what is in the database now and the next command:
/// sql, check_failed (a verify query is not true), lock_timeout, cancelled, part_way (statements
/// outside a transaction stay), connection. Precondition: the runner lock is held on the session;
/// the tables are prepared.
Result<StepOutcome> run_step(const RunContext& context, const plan::Step& step,
                             StepPosition position, const Wait& wait);

/// What cannot run in a session that a pooler lends, because it would reach whoever gets that
/// session next. Errors: unsupported, with the place, before anything of the step is done.
Status check_for_borrowed_session(const plan::Step& step);

/// The same settings as prepare_session, for one transaction.
std::vector<pg::Query> transaction_settings(const pg::Session& session);

/// Settings every session of ours has: the server looks for a dead client every second (PostgreSQL
/// 14 and later), so that no statement outlives us for long, and ends a transaction that sits idle
/// for a minute.
Status prepare_session(pg::Session& session, const std::string& application_name, const Wait& wait);

} // namespace slipway::apply
