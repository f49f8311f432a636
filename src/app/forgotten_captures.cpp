// Slots and copies that nobody confirmed, and nobody came back to.
#include "forgotten_captures.hpp"

#include "capture_spool.hpp"
#include "deploy_capture.hpp"
#include "deploy_guard.hpp"
#include "key_capture.hpp"
#include "rollback_sequence.hpp"
#include "warm_copy.hpp"

#include "slipway/app/target.hpp"
#include "slipway/base/duration.hpp"
#include "slipway/locks/runner_lock.hpp"
#include "slipway/replay/capture_record.hpp"
#include "slipway/replay/capture_slot.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr std::int64_t k_megabyte = 1'000'000;
constexpr const char* k_deploy = "its deploy is under way";
constexpr const char* k_rollback = "a rollback over it was begun, and has not ended";
constexpr std::string_view k_follower = "_warm";

class Watch {
public:
  Watch(const Context& context, pg::Session& session, const Wait& wait)
      : context_(context), session_(session), wait_(wait),
        grace_(context.config.duration("deploy.grace")),
        records_(context.config.text("history.schema")) {}

  Result<CaptureWatch> go() {
    SLIPWAY_ASSIGN(const bool deploying, is_deploy_under_way(context_, session_, wait_));
    if (deploying) return keep_all();
    SLIPWAY_ASSIGN(const auto known, records_.all(session_, wait_));
    for (const auto& one : known) SLIPWAY_TRY(judge(one));
    SLIPWAY_TRY(drop_those_of_nobody(known));
    SLIPWAY_ASSIGN(const auto spools, drop_spools_of_nobody(context_, session_, wait_));
    watch_.dropped.insert(watch_.dropped.end(), spools.begin(), spools.end());
    SLIPWAY_TRY(look_for_alarms());
    return std::move(watch_);
  }

  /// While a deploy is under way.
  Result<CaptureWatch> keep_all() {
    SLIPWAY_ASSIGN(const auto known, records_.all(session_, wait_));
    for (const auto& one : known) keep(one, k_deploy);
    SLIPWAY_TRY(look_for_alarms());
    return std::move(watch_);
  }

private:
  void keep(const replay::CaptureRecord& one, std::string why) {
    watch_.kept.push_back({.name = one.name, .why = std::move(why)});
  }

  Status judge(const replay::CaptureRecord& one) {
    if (one.run > 0) {
      SLIPWAY_ASSIGN(const bool open, is_rollback_open(context_, session_, one.run, wait_));
      if (open) {
        keep(one, k_rollback);
        return {};
      }
    }
    const bool ended = one.stage == replay::CaptureStage::deployed;
    // How long a deploy was dead before somebody came by, nobody knows.
    if (!ended && !one.abandoned_s) SLIPWAY_TRY(records_.note_abandoned(session_, one.name, wait_));
    const Millis age = std::chrono::seconds(ended ? one.age_s : one.abandoned_s.value_or(0));
    if (age >= grace_) return drop(one.name);
    keep(one, fmt::format("{}; it is dropped {} from now",
                          ended ? "nobody has confirmed the deploy yet"
                                : "its deploy died, and a rollback may want it",
                          format_duration(grace_ - age)));
    return {};
  }

  Status drop(const std::string& name) {
    SLIPWAY_ASSIGN(const auto dropped, drop_capture_of_deploy(context_, session_, name, wait_));
    watch_.dropped.insert(watch_.dropped.end(), dropped.begin(), dropped.end());
    return {};
  }

  // Without a record. Where there is a publication it is the deploy of another history schema.
  Status drop_those_of_nobody(const std::vector<replay::CaptureRecord>& known) {
    SLIPWAY_ASSIGN(const auto slots, replay::slipway_slots(session_, wait_));
    const auto put_aside = session_.database() + "__broken_";
    for (const auto& slot : slots) {
      SLIPWAY_ASSIGN(const bool wanted, is_wanted(slot.name, known));
      const bool here = slot.database == session_.database() && !wanted;
      if (!here && !slot.database.starts_with(put_aside)) continue;
      SLIPWAY_TRY(replay::drop_slot(session_, slot.name, wait_));
      watch_.dropped.push_back(slot.name);
    }
    // The schema is this project's own.
    const bool has_owner = std::any_of(known.begin(), known.end(), [](const auto& one) {
      return replay::is_key_capture(one.name);
    });
    if (!has_owner) {
      SLIPWAY_ASSIGN(const bool had, drop_triggers(context_, session_, wait_));
      if (had) watch_.dropped.push_back("triggers that belonged to no deploy");
    }
    SLIPWAY_ASSIGN(const auto copies, warm_copies(session_, wait_));
    for (const auto& copy : copies) {
      if (copy.database != session_.database()) continue;
      SLIPWAY_ASSIGN(const bool wanted, is_wanted(copy.capture, known));
      if (wanted) continue;
      SLIPWAY_ASSIGN(const auto gone, drop_warm_copy(session_, copy.capture, wait_));
      watch_.dropped.insert(watch_.dropped.end(), gone.begin(), gone.end());
    }
    return {};
  }

  Result<bool> is_wanted(std::string name, const std::vector<replay::CaptureRecord>& known) {
    for (const auto& one : known)
      if (name == one.name || name == replay::follower_name(one.name)) return true;
    if (name.ends_with(k_follower)) name.resize(name.size() - k_follower.size());
    SLIPWAY_ASSIGN(
        const auto rows,
        session_.query(SqlText("SELECT EXISTS (SELECT FROM pg_catalog.pg_publication AS p "
                               "WHERE p.pubname OPERATOR(pg_catalog.=) $1::name)"),
                       {name}, wait_));
    return rows.boolean(0, 0);
  }

  Status look_for_alarms() {
    SLIPWAY_ASSIGN(const auto slots, replay::slipway_slots(session_, wait_));
    for (const auto& slot : slots) {
      if (slot.database != session_.database()) continue;
      if (slot.lost)
        watch_.alarms.push_back(fmt::format("the slot {} is lost, it had to keep more than the "
                                            "server allows: a rollback would compare",
                                            slot.name));
      else if (slot.safe_to_grow && *slot.safe_to_grow < slot.retained)
        watch_.alarms.push_back(
            fmt::format("the slot {} keeps {} MB of write-ahead log, and is lost after {} MB more",
                        slot.name, slot.retained / k_megabyte, *slot.safe_to_grow / k_megabyte));
    }
    return {};
  }

  const Context& context_;
  pg::Session& session_;
  const Wait& wait_;
  const Millis grace_;
  const replay::CaptureRecords records_;
  CaptureWatch watch_;
};

} // namespace

Result<CaptureWatch> drop_forgotten(const Context& context, pg::Session& session,
                                    const Wait& wait) {
  return Watch(context, session, wait).go();
}

void drop_forgotten_before_run(const Context& context, pg::Session& session, const Wait& wait) {
  // Most projects never had one.
  const auto known =
      replay::CaptureRecords(context.config.text("history.schema")).all(session, wait);
  if (known && known->empty()) return;
  const auto watch =
      known ? drop_forgotten(context, session, wait) : Result<CaptureWatch>(fail(known.error()));
  if (!watch)
    return context.events.on_event(event::Warning{
        .message = "what an earlier deploy left could not be dropped: " + watch.error().message,
        .hint = "slipway deploy watchdog"});
  for (const auto& one : watch->dropped)
    context.events.on_event(event::Note{
        .message = fmt::format("{} of an earlier deploy was forgotten; it is dropped", one)});
}

Result<CaptureWatch> watch_captures(const Context& context) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(auto session, open_session(context, "watchdog", wait));
  // One that keeps a copy in step takes the lock again and again.
  SLIPWAY_ASSIGN(const bool deploying, is_deploy_under_way(context, session, wait));
  if (deploying) return Watch(context, session, wait).keep_all();
  auto lock = locks::RunnerLock::acquire(session, context.config.text("history.schema"), Millis(0),
                                         context.events, wait);
  if (!lock) {
    if (lock.error().code != ErrorCode::lock_timeout) return fail(lock.error());
    CaptureWatch watch;
    watch.busy = lock.error().message;
    return watch;
  }
  auto watch = drop_forgotten(context, session, wait);
  const auto released = lock->release(wait);
  if (watch && !released) return fail(released.error());
  return watch;
}

} // namespace slipway::app
