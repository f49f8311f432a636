#pragma once

#include "slipway/pg/session.hpp"
#include "slipway/sql/facts.hpp"

#include <string_view>

namespace slipway::rehearse {

/// Errors (unsupported) for a statement about a subscription that would connect to its publisher:
/// a copy that does so makes or drops replication slots of a server that others live by.
Status refuse_reaching_out(pg::Session& session, std::string_view sql,
                           const sql::StatementFacts& facts, const Wait& wait);
/// The same for a statement that was not looked at yet.
Status refuse_reaching_out(pg::Session& session, std::string_view sql, const Wait& wait);

} // namespace slipway::rehearse
