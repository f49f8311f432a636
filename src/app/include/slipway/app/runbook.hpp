#pragma once

#include "slipway/app/context.hpp"
#include "slipway/report/rehearsal_log.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace slipway::app {

struct RunbookWritten {
  std::string path;
  bool was_there = false;
  /// Why the database was not asked, so that what was known of it before stays; empty: it was.
  std::string not_asked;
};
/// Writes the runbook of this project to runbook.output, with what the target and the store of
/// backups say now. Its rehearsal log stays, with `rehearsal` as one more row. Where there is no
/// target, or it does not answer, what an earlier runbook knew stays, and a warning says so.
/// Errors: check_failed when another file is there; io; source for migrations that cannot be read.
Result<RunbookWritten> write_runbook(const Context& context,
                                     const std::optional<report::Rehearsal>& rehearsal = {});
/// The same without asking target and store.
Result<RunbookWritten> note_rehearsal(const Context& context, const report::Rehearsal& rehearsal);

struct RunbookCheck {
  std::string path;
  bool is_missing = false;
  bool is_stale = false;
  std::size_t line = 0; ///< the first that differs, 1-based; 0 when none does
  std::string found;
  std::string wanted;
};
/// Whether the runbook is what would be written now, but for its rehearsal log and what only the
/// database knows. Needs no database. Errors: as write_runbook.
Result<RunbookCheck> check_runbook(const Context& context);

} // namespace slipway::app
