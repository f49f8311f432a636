#pragma once

#include "slipway/pg/session.hpp"
#include "slipway/sql/facts.hpp"

#include <string_view>

namespace slipway::rehearse {

/// Errors (unsupported) for a statement about a subscription that would connect to its publisher:
/// a copy that does so makes or drops replication slots of a server that others live by.
Status refuse_reaching_out(pg::Session& session, std::string_view sql,
                           const sql::StatementFacts& facts, const Wait& wait);
/// The same for a statement of a plan. One that drops a subscription is let through, after the
/// subscription of the copy was parted from the publisher, so that nothing is asked of that.
Status keep_from_publisher(pg::Session& session, std::string_view sql, const Wait& wait);

} // namespace slipway::rehearse
