#pragma once

#include "slipway/base/file_system.hpp"
#include "slipway/base/result.hpp"
#include "slipway/source/folder.hpp"
#include "slipway/sql/facts.hpp"

#include <string>
#include <vector>

namespace slipway::rehearse {

/// One statement of a script, with what is known of it.
struct ScriptStatement {
  sql::Statement statement;
  sql::StatementFacts facts;
};

/// Statements that are put between BEGIN and COMMIT, or some that are sent as they stand.
struct ScriptGroup {
  bool wrapped = false;
  std::vector<ScriptStatement> statements;
};

/// SQL of a file, ready to be run.
struct Script {
  source::Section section; ///< the file; errors quote it
  std::vector<ScriptGroup> groups;
};

/// A file of plain SQL, run as psql would. Errors: as sql::split.
Result<Script> plain_script(std::string text, const std::string& path);

/// The up scripts of a folder in the order in which `slipway up` runs them, in the same groups.
/// Errors: source.
Result<std::vector<Script>> up_scripts(const source::Folder& folder);

} // namespace slipway::rehearse
