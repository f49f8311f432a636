#pragma once

#include "slipway/base/secrets.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/plan/history.hpp"
#include "slipway/plan/plan.hpp"

#include <string>
#include <vector>

namespace slipway::history {

/// The newest layout of the tables this program knows.
inline constexpr int k_layout = 5;

/// Who runs, as slipway.run keeps it.
struct RunInfo {
  std::string kind; ///< "up", "down", "redo", "goto", "baseline", "repair", "rollback"
  std::string actor;
  std::string host;
  int pid = 0;
  std::string tool_version;
  std::string git_sha;
};

struct RunRow {
  std::int64_t id = 0;
  RunInfo info;
  std::string started_at;
  std::string finished_at;
  std::string outcome;
};

/// What is written about one attempt at one statement.
struct JournalEntry {
  std::int64_t run = 0;
  Version version;
  Direction direction = Direction::up;
  std::int64_t statement = 0;
  std::string digest;
  std::string start_lsn; ///< empty: not known
  double duration_ms = 0;
  double lock_wait_ms = 0;
  std::int64_t retries = 0;
  std::int64_t rows = 0;
  std::string witness; ///< of a statement outside a transaction: what was there before; empty: none
};

/// The tables of slipway in a target: the only code that reads or writes them. Every text is
/// schema-qualified, so that nobody's search_path can put a table or function of his own in the
/// way. Holds a reference to nothing.
class Store {
public:
  explicit Store(std::string schema) : schema_(std::move(schema)) {}
  const std::string& schema() const { return schema_; }

  /// The layout of the tables there, 0 when there are none. Errors: unsupported when newer than
  /// k_layout.
  Result<int> layout(pg::Session& session, const Wait& wait) const;
  /// Creates the tables, or moves an older layout forward, in one transaction. Precondition: the
  /// runner lock is held. Safe to call again. Errors: sql with a hint that names the GRANT to run.
  Status prepare(pg::Session& session, const Wait& wait) const;
  /// The same inside the transaction that is open on the session, which the caller ends.
  /// Precondition: an advisory lock keeps other runners away meanwhile.
  Status prepare_within(pg::Session& session, const Wait& wait) const;

  /// Without the texts of scripts. One round trip. `exists` is false when there are no tables.
  Result<plan::History> read(pg::Session& session, const Wait& wait) const;
  /// Fills in up_text and down_text of these versions.
  Status read_texts(pg::Session& session, plan::History& history,
                    const std::vector<Version>& versions, const Wait& wait) const;
  /// Runs, newest first.
  Result<std::vector<RunRow>> runs(pg::Session& session, std::int64_t limit,
                                   const Wait& wait) const;

  /// Begins a run, and marks runs that never finished as interrupted (their runner is gone: we hold
  /// its lock).
  Result<std::int64_t> start_run(pg::Session& session, const RunInfo& info, const Wait& wait) const;
  Status finish_run(pg::Session& session, std::int64_t run, const std::string& outcome,
                    const std::string& message, const Wait& wait) const;

  /// The texts below are for a pipeline, so that bookkeeping costs no round trip of its own.
  pg::Query journal_finished(const JournalEntry& entry) const;
  pg::Query journal_started(const JournalEntry& entry) const;
  pg::Query journal_failed(const JournalEntry& entry, const std::string& sqlstate,
                           const std::string& message) const;
  /// Turns the started row of this run and statement into a finished one.
  pg::Query journal_completed(const JournalEntry& entry) const;
  /// One statement that does both: the journal row of the last statement and the migration's own
  /// row.
  pg::Query record_applied(const source::Migration& migration, std::int64_t run,
                           double duration_ms) const;
  /// The row of a migration whose up began and may be interrupted. Its down text is there from now
  /// on.
  pg::Query record_applying(const source::Migration& migration, std::int64_t run) const;
  pg::Query record_undoing(Version version) const;
  /// Back from undoing to applied: the down left nothing behind.
  pg::Query restore_applied(Version version) const;
  pg::Query remove_applied(Version version) const;

  /// Takes the file's checksums and name over for an applied migration (`repair`).
  pg::Query accept_file(const source::Migration& migration) const;

private:
  Status move_layout(pg::Session& session, int from, const Wait& wait) const;
  std::string table(std::string_view name) const;
  std::string schema_;
};

} // namespace slipway::history
