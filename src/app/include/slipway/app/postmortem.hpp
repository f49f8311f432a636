#pragma once

#include "slipway/app/context.hpp"
#include "slipway/history/run_journal.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::app {

/// Rows of one table that a rollback parked, with the first reason.
struct ParkedSum {
  std::string table;
  std::string operation;
  std::int64_t rows = 0;
  std::string reason;
};

/// All that the database, the files and the store of backups tell of a run and what followed.
struct Postmortem {
  std::string target; ///< without secrets
  std::string database;
  history::RunStory story;
  std::vector<history::RunStory> after; ///< oldest first
  std::size_t back_by = 0;              ///< in `after`: 1-based, the run that took it back; 0: none
  bool over_backup = false;             ///< it went over a backup
  std::optional<std::string> backup;    ///< the newest whole one from before the run
  std::vector<ParkedSum> parked;
  std::string kept; ///< the broken database that is kept; empty: none
  std::map<Version, std::string> names;

  const history::RunStory* rollback() const { return back_by == 0 ? nullptr : &after[back_by - 1]; }
};

/// Looks at a run; with 0 at the newest `up` that failed or was taken back. Only reads. Errors:
/// check_failed when there is none; connection, sql.
Result<Postmortem> look_into(const Context& context, std::int64_t run);

/// A draft in Markdown: what is known, and blanks for what only people know.
std::string postmortem_text(const Postmortem& postmortem);

} // namespace slipway::app
