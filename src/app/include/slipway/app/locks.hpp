#pragma once

#include "slipway/app/context.hpp"
#include "slipway/locks/blocking_tree.hpp"
#include "slipway/locks/stop_session.hpp"

#include <functional>

namespace slipway::app {

/// Who waits for whom on the target, now. Errors: connection; sql.
Result<locks::BlockingTree> blocking_tree(const Context& context);

/// Looks again and again, `interval` apart, on one session, and shows each tree. Ends well on a
/// stop request and at run.deadline. Errors: connection, also when it is lost; sql.
Status watch_blocking_tree(const Context& context, std::chrono::milliseconds interval,
                           const std::function<void(const locks::BlockingTree&)>& show);

/// Stops a session of somebody else, once `may` has agreed to the one that was found. Errors:
/// check_failed when there is no such session, when it is our own, or when a cancel would do
/// nothing because it is idle; sql with the GRANT in the hint when the role may not.
Result<locks::StopOutcome>
stop_session(const Context& context, int pid, locks::StopWith how,
             const std::function<Status(const locks::StopCandidate&)>& may);

} // namespace slipway::app
