#pragma once

#include "slipway/plan/comparison.hpp"
#include "slipway/sql/facts.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::plan {

/// An earlier run began a statement and did not finish it.
struct EarlierAttempt {
  /// started: nobody heard of its end. failed: the server said no.
  StatementState state = StatementState::started;
  std::int64_t run = 0;
  std::optional<std::string> witness; ///< what was there before, as apply wrote it down
};

/// One statement of a step, with what is known of it.
struct PlannedStatement {
  std::int64_t number = 0; ///< 1-based within its section
  sql::Statement statement;
  sql::StatementFacts facts;
  std::string digest; ///< sql::token_digest of its text (and COPY data), which tells a resumed run
                      ///< that it is the same
  bool done = false;  ///< an earlier run finished it
  std::optional<EarlierAttempt> earlier; ///< an earlier run began it, and it is not done
  bool interrupted() const { return earlier && earlier->state == StatementState::started; }
};

/// Statements that commit together, or one statement that runs outside a transaction: because the
/// server refuses it there, or because nobody can tell that it does not.
struct Group {
  bool transactional = true;
  std::vector<PlannedStatement> statements;
};

/// One migration in one direction.
struct Step {
  Direction direction = Direction::up;
  source::Migration migration; ///< for down: what the history holds, with `up` empty
  source::Section section;     ///< the statements to run
  std::vector<Group> groups;
  bool resumed = false; ///< an earlier run left it half done
  std::vector<std::string> notes;

  std::size_t statement_count() const;
  /// All in one transaction, bookkeeping included. Never when resumed: a part of it is there.
  bool is_atomic() const {
    if (resumed) return false;
    return groups.size() == 1 ? groups.front().transactional : groups.empty();
  }
  std::int64_t first_undone() const; ///< number of the first statement not done
};

/// What a run will do, in order.
struct Plan {
  std::vector<Step> steps;
  std::vector<std::string> warnings;
};

/// Which part of the pending (or applied) migrations is meant.
struct Selection {
  std::optional<Version> to;
  std::optional<std::int64_t> steps;
};

enum class LateMerges { refuse, allow };

/// Steps that bring the target up: half-applied ones first, then pending ones in numeric order,
/// each after those it `requires`. Errors: check_failed for changed files, late merges, a
/// half-undone migration, `requires` of something unknown, beyond the selection or in a cycle;
/// usage for an unknown `to`; source for a file that cannot be read.
Result<Plan> plan_up(const source::Folder& folder, const History& history,
                     const Selection& selection, LateMerges late);

/// Steps that undo, newest first by order of application, from the texts in the history. Default:
/// one. `to`: everything applied after it, which stays; version 0: everything. Errors: check_failed
/// for an irreversible one among them (before anything is undone) or a half-applied one; usage for
/// an unknown `to`. Precondition: the entries to undo carry down_text (see undo_candidates).
Result<Plan> plan_down(const History& history, const Selection& selection);

/// The versions plan_down will need the texts of, newest first. Errors: as plan_down.
Result<std::vector<Version>> undo_candidates(const History& history, const Selection& selection);

/// Down, then up, so that exactly the versions up to `to` are applied.
struct GotoPlan {
  std::vector<Version> undo; ///< newest first by order of application
  Selection redo;            ///< for plan_up afterwards
};
Result<GotoPlan> plan_goto(const source::Folder& folder, const History& history, Version to);

/// Each version has a file. Errors: check_failed.
Status check_files(const source::Folder& folder, const std::vector<Version>& versions);
/// Steps that apply exactly these versions, in the order given, whatever else is pending.
/// Precondition: check_files.
Result<Plan> plan_again(const source::Folder& folder, const History& history,
                        const std::vector<Version>& versions);

/// Puts a section's statements into groups. Under `transaction off` each is a group of its own, in
/// a transaction where that is known to work: then it is journaled in the same transaction, and its
/// effect is there exactly once whatever happens. Errors (source, with place): a transaction-unsafe
/// statement under `transaction on`; BEGIN, COMMIT and their kin, except one BEGIN first and one
/// COMMIT last, which are dropped with a note; DISCARD ALL, which would drop the runner lock.
Result<Step> make_step(Direction direction, source::Migration migration, source::Section section);

/// Marks what an earlier run finished, and what it began. Errors: check_failed when the finished
/// statements are not those of the file any more (both are named); part_way when an interrupted
/// statement is another one in the file now, so that nothing can tell its outcome.
Status mark_done(Step& step, const std::vector<JournaledStatement>& journaled);

/// Where a statement stands in its file, with its first line.
Place place_of(const source::Section& section, const sql::Statement& statement);
/// The error of a statement with its place in the file: the word the server points at, if it does.
Error placed_at(Error error, const source::Section& section, const sql::Statement& statement);

} // namespace slipway::plan
