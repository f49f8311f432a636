#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/schema/schema.hpp"

#include <optional>

namespace slipway::rehearse {

/// The schema without what only a failure leaves behind: indexes that are not valid, partitions
/// half detached. Nothing when it has none.
std::optional<schema::Schema> without_unsound_states(const schema::Schema& schema);

/// Marks in the catalog of a throwaway database what the schema says is unsound, since no statement
/// makes it so.
Status mark_unsound_states(pg::Session& session, const schema::Schema& schema, const Wait& wait);

} // namespace slipway::rehearse
