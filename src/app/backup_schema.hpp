#pragma once

#include "slipway/backup/create.hpp"

namespace slipway::app {

/// A schema as statements, in two lists: what the rows need, and what is made after them. A
/// statement goes after the rows when it makes an index, a constraint, a view and the like, or
/// anything that needs one of those. A table that does is told in `not_written`.
Result<backup::SchemaScript> schema_around_rows(const schema::Schema& schema);

} // namespace slipway::app
