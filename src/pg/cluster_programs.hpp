#pragma once

#include "slipway/base/result.hpp"
#include "slipway/pg/cluster.hpp"

#include <optional>
#include <string>

namespace slipway::pg {

/// Server programs, with all that tells one build from another.
struct Programs {
  ServerPrograms server;
  std::string version; ///< as `postgres --version` prints it
};

/// The programs in one folder, if initdb and postgres are both there and run.
std::optional<Programs> programs_in(const std::string& folder);

/// What a cluster is started with: those in `bin_folder` when it is named; else the first in PATH,
/// else the newest of the usual places. Errors: unsupported, with a hint what to install or set.
Result<Programs> choose_programs(const std::string& bin_folder);

} // namespace slipway::pg
