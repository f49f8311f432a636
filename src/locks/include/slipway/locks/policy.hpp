#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/locks/blockers.hpp"

#include <string>
#include <vector>

namespace slipway::locks {

/// What to do about sessions that hold what a transaction needs for longer than `blocked_after`.
enum class OnBlocked {
  wait,      ///< go on looking
  one_shot,  ///< queue once for as long as `max_stall`
  cancel,    ///< queue, and cancel the statements of exactly those who block us
  terminate, ///< ... and end sessions that are idle in a transaction
};

/// How patient the statements of a run are with others, and how much others must bear.
struct Policy {
  Millis lock_timeout{100};   ///< longest wait for one lock in one attempt
  Millis max_stall{100};      ///< longest wait of anybody behind a statement of ours that waits
  Millis budget{60'000};      ///< for all looking and trying of one transaction
  Millis blocked_after{5000}; ///< how long to look before `on_blocked`
  OnBlocked on_blocked = OnBlocked::wait;
  std::vector<std::string> never_signal; ///< application names, * for any text
};

/// "wait", "one-shot", "cancel", "terminate". Precondition: one of these.
OnBlocked on_blocked_from(const std::string& text);

/// What the policy lets us send to a session in the way.
enum class Signal { none, cancel, terminate };
struct Verdict {
  Signal signal = Signal::none;
  std::string why; ///< for none: why it is left alone
};

/// What may be done to one blocker. Left alone whatever the policy: superusers, replication,
/// vacuums against wraparound, prepared transactions, sessions whose statement has the words
/// slipway:no-kill, names in `never_signal`, and sessions we may not see.
Verdict may_signal(const Blocker& blocker, const Policy& policy);

/// Whether `text` is `pattern`, where * stands for any text.
bool matches(const std::string& pattern, const std::string& text);

} // namespace slipway::locks
