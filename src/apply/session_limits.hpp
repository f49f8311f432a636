#pragma once

#include "slipway/apply/step.hpp"

namespace slipway::apply {

/// Sets lock_timeout and statement_timeout for what the session sends from now on; zero: none.
/// Nothing is set in a session that a pooler lends.
Status set_limits(const RunContext& context, Millis lock_timeout, Millis statement_timeout,
                  const Wait& wait);
/// Takes both away, so that our own short statements are bound by their Wait alone.
Status lift_limits(const RunContext& context, const Wait& wait);

} // namespace slipway::apply
