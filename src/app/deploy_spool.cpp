// Spooling beside a deploy, or after it.
#include "slipway/app/deploy_spool.hpp"

#include "capture_spool.hpp"
#include "run_identity.hpp"

#include "slipway/app/target.hpp"
#include "slipway/os/clock.hpp"
#include "slipway/replay/capture_keys.hpp"
#include "slipway/replay/capture_slot.hpp"
#include "slipway/replay/spooling.hpp"

#include <algorithm>

namespace slipway::app {

namespace {

class Spooling {
public:
  Spooling(const Context& context, const Wait& wait)
      : context_(context), wait_(wait), records_(context.config.text("history.schema")) {}

  Result<SpoolReport> go(SpoolUntil until) {
    SLIPWAY_ASSIGN(crash_, crash_plan_of(context_));
    SLIPWAY_ASSIGN(auto session, open_session(context_, "spool", wait_));
    SLIPWAY_ASSIGN(bool armed, find(session));
    if (!armed) return report_;
    SLIPWAY_ASSIGN(const auto place, claim_spool(context_, session, capture_, wait_));
    report_.capture = capture_.name;
    report_.folder = place.folder;
    while (armed) {
      const auto at_end = step(session, place);
      // Whoever confirms takes the slot away in between.
      const auto still = is_still_armed(session);
      if (!at_end && still && !*still) break;
      if (!at_end && wait_.stop_requested()) break;
      if (!at_end) return fail(at_end.error());
      if (*at_end && until == SpoolUntil::now) break;
      if (*at_end) os::pause(context_.config.duration("deploy.spool_every"), wait_);
      if (wait_.stop_requested() || wait_.deadline.passed()) break;
      SLIPWAY_ASSIGN(armed, is_still_armed(session));
    }
    report_.bytes = spool::size_of(place.folder);
    return std::move(report_);
  }

private:
  Result<bool> find(pg::Session& session) {
    SLIPWAY_ASSIGN(const auto all, records_.all(session, wait_));
    for (const auto& one : all)
      if (one.stage != replay::CaptureStage::arming && !replay::is_key_capture(one.name))
        capture_ = one;
    return !capture_.name.empty();
  }

  Result<bool> is_still_armed(pg::Session& session) {
    SLIPWAY_ASSIGN(const auto all, records_.all(session, wait_));
    SLIPWAY_ASSIGN(const auto slots, replay::slipway_slots(session, wait_));
    const bool is_known = std::any_of(all.begin(), all.end(), [&](const auto& one) {
      return one.name == capture_.name && one.since == capture_.since;
    });
    return is_known && std::any_of(slots.begin(), slots.end(),
                                   [&](const auto& one) { return one.name == capture_.name; });
  }

  Result<bool> step(pg::Session& session, const spool::Place& place) {
    SLIPWAY_ASSIGN(const auto done, replay::spool_step(session, place, &crash_, wait_));
    report_.transactions += done.transactions;
    report_.in_all = static_cast<std::int64_t>(done.extent.transactions);
    report_.up_to = replay::lsn_text(done.extent.to);
    return done.at_end;
  }

  const Context& context_;
  const Wait wait_;
  const replay::CaptureRecords records_;
  os::CrashPlan crash_;
  replay::CaptureRecord capture_;
  SpoolReport report_;
};

} // namespace

Result<SpoolReport> spool_deploy(const Context& context, SpoolUntil until) {
  return Spooling(context, run_wait(context)).go(until);
}

} // namespace slipway::app
