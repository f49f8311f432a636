#include "slipway/locks/blockers.hpp"

#include "slipway/base/duration.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::locks {

namespace {

constexpr std::size_t k_named = 4;
constexpr std::size_t k_query_shown = 80;

std::string who(const Blocker& blocker) {
  switch (blocker.kind) {
  case BlockerKind::prepared:
    return blocker.query.empty() ? std::string("a prepared transaction")
                                 : fmt::format("the prepared transaction '{}'", blocker.query);
  case BlockerKind::wraparound:
    return fmt::format("pid {} (autovacuum to prevent wraparound)", blocker.pid);
  case BlockerKind::autovacuum:
    return fmt::format("pid {} (autovacuum)", blocker.pid);
  case BlockerKind::client:
  case BlockerKind::other:
    break;
  }
  const auto age =
      blocker.transaction_age_s
          ? " for " + format_duration(
                          Millis(static_cast<std::int64_t>(*blocker.transaction_age_s * 1000)))
          : std::string();
  return fmt::format("pid {} ({}, user {}, {}{})", blocker.pid,
                     blocker.application_name.empty() ? "unnamed application"
                                                      : blocker.application_name,
                     blocker.user.empty() ? "unknown" : blocker.user,
                     blocker.visible ? blocker.state : "state hidden from this role", age);
}

} // namespace

std::string Blocker::describe() const {
  std::string text =
      fmt::format("{} {} {} on {}", who(*this), granted ? "holds" : "waits for", mode, relation);
  if (!query.empty() && kind == BlockerKind::client) text += ": " + query.substr(0, k_query_shown);
  return text;
}

std::string describe(const std::vector<Blocker>& blockers) {
  std::string text;
  for (std::size_t i = 0; i < std::min(blockers.size(), k_named); ++i)
    text += (i > 0 ? "; " : "") + blockers[i].describe();
  if (blockers.size() > k_named) text += fmt::format("; and {} more", blockers.size() - k_named);
  return text;
}

} // namespace slipway::locks
