#pragma once

#include "pooler.hpp"

#include "slipway/app/migrations.hpp"
#include "slipway/app/target.hpp"
#include "slipway/apply/step.hpp"
#include "slipway/history/store.hpp"
#include "slipway/locks/runner_lock.hpp"
#include "slipway/os/crash_plan.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace slipway::app {

/// The one way a target is changed: a session, the runner lock on it, the tables prepared, a row in
/// slipway.run. Used by every command that writes. Finishing is explicit, so that the outcome is
/// always said.
class Runner {
public:
  /// Connects, checks that the target can be changed, waits for the lock, prepares the tables.
  static Result<std::unique_ptr<Runner>> begin(const Context& context, const std::string& kind,
                                               const Wait& wait);
  /// The same on a session that is open already.
  static Result<std::unique_ptr<Runner>> begin(const Context& context, const std::string& kind,
                                               pg::Session session, const Wait& wait);

  Result<plan::History> history(const Wait& wait);
  const history::Store& store() const { return store_; }
  pg::Session& session() { return session_; }
  std::int64_t run_id() const { return run_; }
  /// What each transaction that writes has to begin with, right after its BEGIN.
  std::vector<pg::Query> prologue() const;
  /// See apply::RunContext::after_begin.
  void
  call_after_begin(std::function<Status(const plan::Step&, const plan::Group&, const Wait&)> call) {
    after_begin_ = std::move(call);
  }

  /// Opens the run, once; later calls do nothing.
  Status start_run(std::int64_t migrations, const Wait& wait);
  /// Runs steps in order and appends to the report; stops at the first that fails. When the
  /// connection breaks, it connects again and goes on if the history says that what was under way
  /// is committed; else the error says what the target holds.
  Status run(const plan::Plan& plan, RunReport& report, const Wait& wait);
  /// Writes the outcome, releases the lock and gives back the report, or the error with the state
  /// the run leaves behind.
  Result<RunReport> finish(RunReport report, Status outcome);

private:
  Runner(const Context& context, std::string kind, pg::Session session);
  Status prepare_session(const Wait& wait);
  Status lock(Millis patience, const Wait& wait);
  std::string application_name() const;
  apply::RunContext run_context();
  Status check_steps(const plan::Plan& plan) const;
  Status check_lock(const Wait& wait);
  Status join_capture(const Wait& wait);
  Status mark_transaction(const Wait& wait);
  Result<pg::Session> open_watcher(const Wait& wait) const;
  void give_session_back();
  Result<apply::StepOutcome> run_step(const plan::Step& step, apply::StepPosition position,
                                      const Wait& wait);

  // runner_reconnect.cpp
  Result<apply::StepOutcome> look_again(const plan::Step& step, apply::StepPosition position,
                                        Error error, const Wait& wait);
  Status reconnect(const Wait& wait);
  Result<apply::StepOutcome> judge(const plan::Step& step, apply::StepPosition position,
                                   Error error, const plan::History& history, const Wait& wait);

  const Context& context_;
  std::string kind_;
  pg::Session session_;
  WayToServer way_ = WayToServer::direct;
  history::Store store_;
  std::optional<locks::RunnerLock> lock_;
  os::CrashPlan crash_;
  std::int64_t run_ = 0;
  std::string capture_; ///< under which it runs; empty: none
  std::function<Status(const plan::Step&, const plan::Group&, const Wait&)> after_begin_;
  std::optional<locks::LockWatcher> watcher_; ///< from the first step on
  std::chrono::steady_clock::time_point start_;
};

/// The folder of migrations, as short as it can be said from where the user stands.
std::string migrations_path(const Context& context);
/// The session history of read-only commands and of the look before the lock.
Result<source::Folder> read_migrations(const Context& context);
history::Store history_store(const Context& context);

} // namespace slipway::app
