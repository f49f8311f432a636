#pragma once

#include "slipway/plan/plan.hpp"
#include "slipway/replay/carry_map.hpp"
#include "slipway/source/migration.hpp"

#include <vector>

namespace slipway::rollback {

/// The reverse expressions of migrations, by the columns of the schema `before` them. A table
/// without a schema is the only one of that name. Errors: source, for a table that is not there or
/// is not the only one.
Result<replay::Reverses> reverses_of(const std::vector<source::Reverse>& written,
                                     const replay::RelationMap& before);

/// Those that the history keeps with the scripts of `migrations`. Errors: source.
Result<std::vector<source::Reverse>>
kept_reverses(const std::vector<plan::AppliedMigration>& migrations);

/// Whether the server takes each expression of `map` for its table as it is now. `session` is
/// connected to the database with the new schema. Errors: source, with the server's words.
Status check_reverses(pg::Session& session, const replay::CarryMap& map, const Wait& wait);

} // namespace slipway::rollback
