#pragma once

#include "slipway/app/context.hpp"
#include "slipway/diff/migration_text.hpp"
#include "slipway/pg/session.hpp"

#include <vector>

namespace slipway::app {

/// Gives those files a time limit of their own whose statements may need longer than the settings
/// allow where the tables are as large as in this database. Errors: as Session::query.
Status fit_timeouts(const Context& context, pg::Session& session,
                    std::vector<diff::MigrationDraft>& drafts, const Wait& wait);

} // namespace slipway::app
