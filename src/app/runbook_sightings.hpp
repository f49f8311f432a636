#pragma once

#include "slipway/app/context.hpp"
#include "slipway/report/runbook.hpp"

#include <string>
#include <string_view>

namespace slipway::app {

/// RunbookSightings::variable where PGHOST and its like say which database is meant.
inline constexpr std::string_view k_pg_variables = "PG*";

/// Asks the target and the store of backups. What does not answer leaves `seen` as it is; yields
/// why the target was not asked, in words, or nothing.
std::string look_around(const Context& context, report::RunbookSightings& seen);

} // namespace slipway::app
