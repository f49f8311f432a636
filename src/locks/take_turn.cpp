#include "take_turn.hpp"

#include "remains.hpp"

#include "slipway/locks/runner_lock.hpp"

namespace slipway::locks {

namespace {

constexpr const char* k_other = "another slipway is changing this target";
constexpr const char* k_ghost = "something that a killed slipway began is still at work";

std::string holder_name(pg::Session& session, const std::string& history_schema, const Wait& wait) {
  const auto holder = runner_lock_holder(session, history_schema, wait);
  if (!holder) return "a runner that cannot be looked at: " + holder.error().message;
  return *holder ? (*holder)->describe() : std::string("a runner that has just finished");
}

// Waits, with the lock in hand, until nothing remains; `seen` is what was seen last. False when the
// lock was lost meanwhile.
Result<bool> outwait_remains(Hold& hold, pg::Session& working, const std::string& history_schema,
                             Waiting& waiting, Remains& seen) {
  for (;;) {
    SLIPWAY_ASSIGN(seen, look_for_remains(working, history_schema, waiting.attempt()));
    if (!seen.any()) return true;
    SLIPWAY_TRY(waiting.pause(k_ghost, [&] { return seen.describe(); }));
    SLIPWAY_ASSIGN(const bool held, hold.still_held(waiting.attempt()));
    if (!held) return false;
  }
}

} // namespace

Status take_turn(Hold& hold, pg::Session& working, const std::string& history_schema,
                 Waiting& waiting) {
  for (;;) {
    SLIPWAY_ASSIGN(const bool ours, hold.take(waiting.attempt()));
    if (!ours) {
      SLIPWAY_TRY(waiting.pause(
          k_other, [&] { return holder_name(working, history_schema, waiting.attempt()); }));
      continue;
    }
    Remains remains;
    SLIPWAY_ASSIGN(const bool alone,
                   outwait_remains(hold, working, history_schema, waiting, remains));
    if (!alone) {
      const auto lost = hold.release(waiting.attempt());
      static_cast<void>(lost);
      continue;
    }
    if (!remains.lease_table) return {};
    SLIPWAY_ASSIGN(const auto other,
                   other_lease(working, history_schema, hold.token(), waiting.attempt()));
    if (other.empty()) return {};
    SLIPWAY_TRY(hold.release(waiting.attempt()));
    SLIPWAY_TRY(waiting.pause(k_other, [&] { return other; }));
  }
}

} // namespace slipway::locks
