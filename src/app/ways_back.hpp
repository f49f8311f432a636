#pragma once

#include "diff_plan.hpp"
#include "diff_sides.hpp"

#include "slipway/diff/migration_text.hpp"

namespace slipway::app {

/// Renames in steps, as try_plan makes them.
using Renames = std::vector<std::vector<diff::Rename>>;

/// Finds what leads from where each draft ends to where it begins, so that any number of them can
/// be undone, and says how much of what was there it brings back. `renames` are those that were
/// made on the way, all in the first draft. A draft that has a beginning of its way back keeps it.
/// Errors: as try_plan.
Status find_ways_back(const Sides& sides, Renames renames,
                      std::vector<diff::MigrationDraft>& drafts, const Wait& wait);

/// The ways back of all drafts, newest first, as they are undone. Nothing when one of them cannot
/// be.
std::vector<diff::Statement> whole_way_back(const std::vector<diff::MigrationDraft>& drafts);

} // namespace slipway::app
