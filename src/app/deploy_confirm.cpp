// The end of a deploy: what was kept for its rollback is let go.
#include "deploy_capture.hpp"
#include "deploy_guard.hpp"
#include "runner.hpp"

#include "slipway/app/deploy.hpp"
#include "slipway/app/target.hpp"
#include "slipway/app/trash.hpp"
#include "slipway/locks/runner_lock.hpp"

#include <algorithm>

namespace slipway::app {

namespace {

// Nobody goes back any more, so what was put aside has no use but to somebody who looks for it.
Status see_to_trash(const Context& context, Confirmed& confirmed, const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, open_session(context, "deploy", wait));
  SLIPWAY_ASSIGN(const auto trash, read_trash_report(context, session, wait));
  session.close();
  for (const auto& one : trash.entries)
    confirmed.trash_run = std::max(confirmed.trash_run, one.run);
  if (confirmed.trash_run == 0) return {};
  const TrashSelection newest{.older_than = {}, .run = confirmed.trash_run};
  for (const auto& one : trash.entries)
    if (is_meant(one, newest)) confirmed.trash.push_back(one.item.was());
  if (!context.config.boolean("trash.empty_at_confirm")) return {};
  SLIPWAY_ASSIGN(const auto emptied, empty_trash(context, newest));
  confirmed.trash.clear();
  confirmed.emptied = emptied.dropped;
  return {};
}

} // namespace

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
  guard.release();
  SLIPWAY_TRY(see_to_trash(context, confirmed, wait));
  return confirmed;
}

} // namespace slipway::app
