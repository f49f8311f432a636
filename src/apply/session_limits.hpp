#pragma once

#include "slipway/pg/session.hpp"

namespace slipway::apply {

/// Sets lock_timeout and statement_timeout for what the session sends from now on; zero: none.
Status limit_session(pg::Session& session, Millis lock_timeout, Millis statement_timeout,
                     const Wait& wait);
/// Takes both away, so that our own short statements are bound by their Wait alone.
Status lift_session_limits(pg::Session& session, const Wait& wait);

} // namespace slipway::apply
