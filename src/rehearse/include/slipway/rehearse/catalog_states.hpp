#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <string>
#include <vector>

namespace slipway::rehearse {

/// What is half done in a database, a sentence each, sorted: indexes that are not valid,
/// constraints that were not checked against old rows, materialized views without data, partitions
/// that are being detached. pg_dump does not show all of it. Read with the catalog's own columns,
/// not through inspect. Schemas of `leave_out`, with a trailing * for any
/// ending, are passed over.
Result<std::vector<std::string>>
catalog_states(pg::Session& session, const std::vector<std::string>& leave_out, const Wait& wait);

} // namespace slipway::rehearse
