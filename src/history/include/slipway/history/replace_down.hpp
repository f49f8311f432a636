#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/version.hpp"
#include "slipway/pg/session.hpp"

#include <string>

namespace slipway::history {

/// Puts another script in the place of the one that undoes an applied migration. For rehearsals on
/// throwaway servers: elsewhere the history holds what was reviewed. Errors: check_failed when the
/// migration is not applied; sql.
Status replace_down(pg::Session& session, const std::string& history_schema, Version version,
                    const std::string& text, const Wait& wait);

} // namespace slipway::history
