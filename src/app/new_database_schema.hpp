#pragma once

#include "slipway/schema/schema.hpp"

namespace slipway::app {

/// A new database as the server makes it: nothing but the schema public. Up to 14 that belongs to
/// whoever made the cluster, whose name is not written down anywhere.
schema::Schema new_database_like(const schema::Schema& schema);

} // namespace slipway::app
