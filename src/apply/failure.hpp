#pragma once

#include "slipway/base/error.hpp"
#include "slipway/plan/plan.hpp"

namespace slipway::apply {

/// Gives a server error its place in the migration file, from the position in the statement as
/// sent.
Error placed(Error error, const plan::Step& step, const plan::PlannedStatement& statement);

/// Adds a hint where the server's own is missing and the cause is a well-known one.
Error hinted(Error error, const plan::Step& step);

/// "20261120103000 add_orders_user_id"
std::string label(const plan::Step& step);

/// The command that goes on after `step` failed.
std::string retry_command(const plan::Step& step);

} // namespace slipway::apply
