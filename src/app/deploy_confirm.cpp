// The end of a deploy: what was kept for its rollback is let go.
#include "deploy_capture.hpp"
#include "deploy_guard.hpp"
#include "runner.hpp"

#include "slipway/app/deploy.hpp"
#include "slipway/app/target.hpp"
#include "slipway/locks/runner_lock.hpp"

namespace slipway::app {

Result<Confirmed> confirm_deploy(const Context& context) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(auto guard, DeployGuard::take(context, wait));
  auto& session = guard.session();
  SLIPWAY_ASSIGN(auto lock, locks::RunnerLock::acquire(
                                session, context.config.text("history.schema"),
                                context.config.duration("run.lock_wait"), context.events, wait));
  Confirmed confirmed;
  SLIPWAY_ASSIGN(confirmed.dropped, drop_captures(context, session, wait));
  SLIPWAY_TRY(lock.release(wait));
  return confirmed;
}

} // namespace slipway::app
