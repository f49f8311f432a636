#include "slipway/locks/policy.hpp"

#include "slipway/base/bug.hpp"

#include <algorithm>

namespace slipway::locks {

namespace {

constexpr std::string_view k_no_kill = "slipway:no-kill";

std::string untouchable(const Blocker& blocker, const Policy& policy) {
  switch (blocker.kind) {
  case BlockerKind::prepared:
    return "it is a prepared transaction: COMMIT PREPARED or ROLLBACK PREPARED ends it";
  case BlockerKind::wraparound:
    return "it is a vacuum against transaction id wraparound";
  case BlockerKind::autovacuum:
    return "it is an autovacuum worker";
  case BlockerKind::other:
    return "it is not a client's session";
  case BlockerKind::client:
    break;
  }
  if (!blocker.visible) return "this role may not see what it does";
  if (blocker.superuser) return "it is a superuser's session";
  if (blocker.query.find(k_no_kill) != std::string::npos)
    return "its statement says slipway:no-kill";
  const auto named = std::find_if(
      policy.never_signal.begin(), policy.never_signal.end(),
      [&](const std::string& pattern) { return matches(pattern, blocker.application_name); });
  if (named != policy.never_signal.end()) return "apply.never_signal names it";
  return {};
}

} // namespace

OnBlocked on_blocked_from(const std::string& text) {
  if (text == "one-shot") return OnBlocked::one_shot;
  if (text == "cancel") return OnBlocked::cancel;
  if (text == "terminate") return OnBlocked::terminate;
  SLIPWAY_ASSERT(text == "wait");
  return OnBlocked::wait;
}

bool matches(const std::string& pattern, const std::string& text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

Verdict may_signal(const Blocker& blocker, const Policy& policy) {
  if (policy.on_blocked != OnBlocked::cancel && policy.on_blocked != OnBlocked::terminate)
    return {.signal = Signal::none, .why = "the policy is to wait"};
  if (auto why = untouchable(blocker, policy); !why.empty())
    return {.signal = Signal::none, .why = std::move(why)};
  if (blocker.state == "active") return {.signal = Signal::cancel, .why = {}};
  // A cancel does nothing to a session that runs no statement.
  if (policy.on_blocked == OnBlocked::terminate) return {.signal = Signal::terminate, .why = {}};
  return {.signal = Signal::none,
          .why = "it is " + blocker.state + ", which only --on-blocked terminate ends"};
}

} // namespace slipway::locks
