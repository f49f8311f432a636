#pragma once

#include <string_view>

namespace slipway::observe {

/// The condition name of a SQLSTATE as in appendix A of PostgreSQL's manual, or of its class when
/// the state itself is a rare one; empty when both are unknown.
std::string_view sqlstate_name(std::string_view sqlstate);

} // namespace slipway::observe
