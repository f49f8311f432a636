#pragma once

#include "slipway/report/rehearsal_log.hpp"
#include "slipway/report/runbook.hpp"

#include <string>

namespace slipway::report {

/// The comment that sightings_in reads back.
std::string sightings_comment(const RunbookSightings& seen);

/// The commands of this project, as they are pasted into a POSIX shell.
class RunbookCommands {
public:
  explicit RunbookCommands(const RunbookFacts& facts) : facts_(facts) {}
  /// "slipway rollback --dry-run", with what the project needs.
  std::string slipway(const std::string& words) const;
  /// psql with one statement.
  std::string psql(const std::string& sql) const;

private:
  std::string connection() const;
  const RunbookFacts& facts_;
};

/// Lines to be pasted.
std::string shell_block(const std::vector<std::string>& lines);

} // namespace slipway::report
