#pragma once

#include "slipway/app/context.hpp"
#include "slipway/plan/plan.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::app {

/// One migration that a run applied or undid.
struct Done {
  Version version;
  std::string name;
  Direction direction = Direction::up;
  std::int64_t rows = 0;
  double duration_ms = 0;
};

/// What a run did.
struct RunReport {
  std::int64_t run = 0; ///< 0 when there was nothing to do
  std::vector<Done> done;
  std::size_t dropped = 0; ///< of the trash
  bool nothing_to_do() const { return done.empty() && dropped == 0; }
};

/// Applies pending migrations under the runner lock. Nothing pending: returns without taking the
/// lock. Errors: see plan::plan_up and apply::run_step; part_way when earlier migrations of this
/// run stay applied.
Result<RunReport> up(const Context& context, const plan::Selection& selection);
/// What `up` would do. Takes no lock and writes nothing.
Result<plan::Plan> plan_of_up(const Context& context, const plan::Selection& selection);

/// Undoes migrations from the scripts in the history, newest first by order of application.
Result<RunReport> down(const Context& context, const plan::Selection& selection);
Result<plan::Plan> plan_of_down(const Context& context, const plan::Selection& selection);

/// Undoes the newest `steps` migrations and applies them again from their files.
Result<RunReport> redo(const Context& context, std::int64_t steps);

/// Makes exactly the versions up to `to` applied: undoes what is above, applies what is missing.
Result<RunReport> goto_version(const Context& context, Version to);

/// Files against history.
struct StatusReport {
  source::Folder folder;
  plan::History history;
  plan::Comparison comparison;
  std::string target; ///< without secrets
};
Result<StatusReport> status(const Context& context);

/// Records versions up to `to` as applied without running them. Errors: check_failed when something
/// is recorded already.
Result<RunReport> baseline(const Context& context, Version to);

/// What `repair` is asked to mend.
struct RepairRequest {
  bool accept_files = false;      ///< take over the checksums of changed files
  std::optional<Version> version; ///< only this one
  std::optional<Version> forget;  ///< drop the record of a half-applied or missing migration
  std::optional<std::int64_t>
      done; ///< this statement of the half-done migration is in the database
  std::optional<std::int64_t>
      undone; ///< this statement of the half-done migration is not in the database
};
struct RepairReport {
  std::vector<std::string> repaired; ///< one sentence each
};
/// Mends the history, never the schema. With an empty request: takes over notes (line ends,
/// comments) and marks runs that never finished. Errors: usage, check_failed.
Result<RepairReport> repair(const Context& context, const RepairRequest& request);

} // namespace slipway::app
