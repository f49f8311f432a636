#pragma once

#include "slipway/inspect/read.hpp"
#include "slipway/rollback/obstacles.hpp"
#include "slipway/schema/schema.hpp"

#include <vector>

namespace slipway::rollback {

struct InPlaceLook {
  inspect::Scope scope;
  /// The schema from before the run, or, before there is one, the one that is there now.
  const schema::Schema* before = nullptr;
  const schema::Schema* now = nullptr; ///< null: not yet another one
};

/// What would be in the way of restoring a backup into schemas beside the broken ones: schemas and
/// objects of other owners, extensions that cannot be moved, whatever stands outside of the schemas
/// and rests on something in them, and what was changed outside of them. Each by name. Only reads,
/// in no transaction. Errors: sql.
Result<std::vector<Obstacle>> obstacles_in_place(pg::Session& session, const InPlaceLook& look,
                                                 const Wait& wait);

/// What stands outside of these schemas and rests on something in them, "ONE rests on OTHER", a few
/// of each. Errors: sql.
Result<std::vector<std::string>>
resting_on(pg::Session& session, const std::vector<std::string>& schemas, const Wait& wait);

} // namespace slipway::rollback
