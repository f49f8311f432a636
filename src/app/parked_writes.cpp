// What rollbacks have set aside: to be looked at, and to be made again.
#include "slipway/app/parked_writes.hpp"

#include "slipway/app/target.hpp"
#include "slipway/locks/runner_lock.hpp"

namespace slipway::app {

Result<ParkedWrites> list_parked(const Context& context, const replay::ParkedSelection& which,
                                 std::int64_t rows) {
  const auto wait = look_wait(context);
  SLIPWAY_ASSIGN(auto session, open_session(context, "rollback", wait));
  const auto schema = context.config.text("history.schema");
  ParkedWrites parked;
  parked.database = session.database();
  SLIPWAY_ASSIGN(parked.groups, replay::parked_groups(session, schema, which, wait));
  SLIPWAY_ASSIGN(parked.rows, replay::parked_texts(session, schema, which, rows, wait));
  return parked;
}

Result<replay::ReapplyReport> reapply_parked(const Context& context,
                                             const replay::ParkedSelection& which, bool force) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(auto session, open_session(context, "rollback", wait));
  const auto schema = context.config.text("history.schema");
  SLIPWAY_ASSIGN(auto lock, locks::RunnerLock::acquire(session, schema,
                                                       context.config.duration("run.lock_wait"),
                                                       context.events, wait));
  auto report = replay::reapply(
      session, {.history_schema = schema, .which = which, .force = force, .group = 500}, wait);
  if (!session.usable()) return report;
  const auto released = lock.release(wait);
  if (report && !released) return fail(released.error());
  return report;
}

} // namespace slipway::app
