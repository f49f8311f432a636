#include "usable_capture.hpp"

#include "capture_spool.hpp"
#include "warm_copy.hpp"

#include "slipway/replay/capture_keys.hpp"
#include "slipway/replay/capture_record.hpp"
#include "slipway/replay/capture_slot.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::app {

namespace {

/// Empty when it can be used.
std::string obstacle_to(const replay::CaptureRecord& capture, const replay::SlotState* slot,
                        bool has_triggers, const backup::Manifest& backup) {
  const bool is_there = replay::is_key_capture(capture.name) ? has_triggers : slot != nullptr;
  if (!is_there) return "is gone";
  if (slot != nullptr && slot->lost) return "is lost, it had to keep more than the server allows";
  const auto taken_at = replay::lsn_from(backup.moment.lsn);
  if (!taken_at || *taken_at < capture.since) return "is younger than the backup";
  return {};
}

} // namespace

Result<UsableCapture> usable_capture(const Context& context, pg::Session& session,
                                     const backup::Manifest& backup, const Wait& wait) {
  const replay::CaptureRecords records(context.config.text("history.schema"));
  SLIPWAY_ASSIGN(const auto all, records.all(session, wait));
  SLIPWAY_ASSIGN(const auto slots, replay::slipway_slots(session, wait));
  SLIPWAY_ASSIGN(const auto triggers,
                 replay::key_capture_state(session, context.config.text("history.schema"), wait));
  UsableCapture usable;
  for (const auto& one : all) {
    if (one.stage == replay::CaptureStage::arming) continue;
    const auto slot = std::find_if(slots.begin(), slots.end(), [&](const auto& some) {
      return some.name == one.name && some.database == session.database();
    });
    auto obstacle =
        obstacle_to(one, slot == slots.end() ? nullptr : &*slot, triggers.is_there, backup);
    UsableSpool spool;
    if (obstacle.empty() && !replay::is_key_capture(one.name)) {
      SLIPWAY_ASSIGN(spool, usable_spool(context, session, one, wait));
      obstacle = std::move(spool.obstacle);
    }
    if (obstacle.empty()) {
      usable.name = one.name;
      SLIPWAY_ASSIGN(usable.migration_transactions, records.steps(session, one.name, wait));
      usable.run = one.run;
      usable.since = one.since;
      usable.spool = spool.there ? folder_for_spools(context) : std::string();
      SLIPWAY_ASSIGN(usable.copy, find_warm_copy(session, one.name, wait));
      const auto follower = replay::follower_name(one.name);
      const bool follows = std::any_of(slots.begin(), slots.end(), [&](const auto& some) {
        return some.name == follower && !some.lost;
      });
      usable.follower = follows && !usable.copy.empty() ? follower : std::string();
    } else {
      usable.obstacles +=
          fmt::format("{}the {} {} {}", usable.obstacles.empty() ? "" : "; ",
                      replay::is_key_capture(one.name) ? "capture" : "slot", one.name, obstacle);
    }
  }
  return usable;
}

} // namespace slipway::app
