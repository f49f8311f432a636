#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/history/side_schemas.hpp"
#include "slipway/inspect/read.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/schema/schema.hpp"

#include <string>
#include <vector>

namespace slipway::rollback {

/// A schema that changes places with one out of the backup.
struct PlacedSchema {
  std::string name;
  bool now = false;    ///< the broken database has it
  bool before = false; ///< the backup has it
};

/// The schemas that count, now or before, but for those that only hold what extensions made.
/// Errors: sql.
Result<std::vector<PlacedSchema>> placed_schemas(pg::Session& session, const inspect::Scope& scope,
                                                 const schema::Schema& before, const Wait& wait);

/// The same of what the history says of a run.
std::vector<PlacedSchema> placed_schemas(const std::vector<history::SideSchema>& sides);

/// Of those that are there now, or that the backup has.
std::vector<std::string> names_now(const std::vector<PlacedSchema>& schemas);
std::vector<std::string> names_before(const std::vector<PlacedSchema>& schemas);

/// {"a","b"}, as a parameter that is an array of texts.
std::string text_array(const std::vector<std::string>& texts);

} // namespace slipway::rollback
