#pragma once

#include "slipway/app/diff.hpp"
#include "slipway/pg/session.hpp"

namespace slipway::app {

/// Counts on a live database what findings are about, and adds the number to what they say. Reads
/// only, each count for a limited time; what cannot be counted says so. Errors: cancelled.
Status count_rows(pg::Session& session, std::vector<diff::Finding>& findings, const Wait& wait);

} // namespace slipway::app
