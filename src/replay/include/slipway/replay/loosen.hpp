#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <string>

namespace slipway::replay {

/// Whether the role may keep triggers and foreign keys from firing in its session, which is outside
/// of a transaction. Errors: sql.
Result<bool> may_be_quiet(pg::Session& session, const Wait& wait);

/// Whether the role may carry rows into a copy of this database, in one way or the other. Errors:
/// unsupported, with what to grant; sql.
Status check_may_carry(pg::Session& origin, const Wait& wait);

/// Where a role may not keep triggers and foreign keys from firing in its session, a copy that is
/// its own can be without them while rows are carried: triggers and rules that fire are switched
/// off, foreign keys are dropped, and what puts each back is kept in tables `loosened` and
/// `loosened_key` of the history's schema. To be called once more by each session that carries
/// rows. Yields whether there was need for it. Errors: sql.
Result<bool> loosen(pg::Session& copy, const std::string& schema, const Wait& wait);

/// Puts everything back as it was; foreign keys are checked by the server. Does nothing to a copy
/// that is not loosened. Errors: sql, when a row has no parent.
Status tighten(pg::Session& copy, const std::string& schema, const Wait& wait);

Result<bool> is_loosened(pg::Session& copy, const std::string& schema, const Wait& wait);

} // namespace slipway::replay
