// When to make an attempt at the locks of a transaction, and how.
#include "approach.hpp"

#include "failure.hpp"
#include "transaction.hpp"

#include "slipway/base/duration.hpp"
#include "slipway/os/clock.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <random>

namespace slipway::apply {

namespace {

using Clock = Deadline::Clock;

constexpr Millis k_shortest_look{25};
constexpr Millis k_longest_look{100};
constexpr Millis k_report_every{5'000};
/// Full jitter with this mean, as published retry schedules have it, where an attempt cost little.
constexpr Millis k_mean_pause{500};
/// Of the time, in which others may be made to wait: one part in this many.
constexpr int k_duty = 20;
constexpr Millis k_deadlock_grace{100};
/// For the watcher to connect, look and signal, and for the others to give way; it still ends the
/// attempt when somebody waits behind it for too long.
constexpr Millis k_until_signals_work{500};
constexpr Millis k_calm_enough{1'000};
constexpr double k_bearable_part = 0.8;
constexpr Millis k_autovacuum_every{10'000};

Millis random_up_to(Millis limit) {
  std::minstd_rand random(std::random_device{}());
  return Millis(std::uniform_int_distribution<std::int64_t>(
      1, std::max<std::int64_t>(1, limit.count()))(random));
}

Millis since(Clock::time_point start) {
  return std::chrono::duration_cast<Millis>(Clock::now() - start);
}

bool all_are(const std::vector<locks::Blocker>& blockers, locks::BlockerKind kind) {
  return std::all_of(blockers.begin(), blockers.end(),
                     [&](const locks::Blocker& one) { return one.kind == kind; });
}

} // namespace

Approach::Approach(const RunContext& context, const plan::Step& step,
                   std::vector<const plan::PlannedStatement*> statements, const Wait& wait)
    : context_(context), step_(step), statements_(std::move(statements)), wait_(wait),
      budget_(Deadline::after(context.limits.locks.budget)),
      next_action_(start_ + context.limits.locks.blocked_after) {
  std::set<QualifiedName> created;
  for (const auto* statement : statements_) {
    const auto& facts = statement->facts;
    const bool new_things_only =
        std::all_of(facts.locks.begin(), facts.locks.end(),
                    [&](const sql::RelationLock& lock) { return created.contains(lock.relation); });
    for (const auto& object : facts.objects)
      if (object.action == sql::Action::create) created.insert(object.name);
    if (!new_things_only && locks::is_worth_a_look(facts)) worth_a_look_.push_back(&facts);
  }
}

Millis Approach::waited() const {
  return since(start_);
}

Manner Approach::usual() const {
  Manner manner;
  const auto& policy = context_.limits.locks;
  manner.lock_timeout = step_.migration.lock_timeout.value_or(policy.lock_timeout);
  manner.max_stall = policy.max_stall;
  manner.bound = std::max(manner.lock_timeout, manner.max_stall);
  return manner;
}

Result<Manner> Approach::next() {
  auto manner = look();
  before_attempt_ = attempts_ == 0 && blockers_.empty() ? Millis(0) : waited();
  ++attempts_;
  return manner;
}

Result<Manner> Approach::look() {
  if (worth_a_look_.empty()) return usual();
  while (true) {
    auto found = locks::survey(context_.session, worth_a_look_, wait_);
    if (!found && !context_.session.usable()) return fail(std::move(found).error());
    if (wait_.stop_requested() || wait_.deadline.passed())
      return fail(ErrorCode::cancelled, "stopped while others held the locks that are needed");
    // What cannot be looked up is for the statement itself to fail on, with its own words.
    if (!found || found->blockers.empty()) return usual();
    blockers_ = std::move(found->blockers);
    if (const auto manner = answer()) return *manner;
    if (budget_.passed()) return fail(exhausted(Error(ErrorCode::lock_timeout, "")));
    tell();
    const auto look = std::clamp(waited() / 100, k_shortest_look, k_longest_look);
    os::pause(std::min(look, std::max(budget_.remaining(), Millis(1))), wait_);
  }
}

void Approach::tell() {
  if (Clock::now() < next_report_) return;
  next_report_ = Clock::now() + k_report_every;
  context_.events.on_event(event::LockWaiting{.version = step_.migration.version.number(),
                                              .statement = statements_.front()->number,
                                              .blockers = locks::describe(blockers_),
                                              .waited_ms = waited().count(),
                                              .limit_ms = context_.limits.locks.budget.count()});
}

std::optional<Manner> Approach::answer() {
  if (all_are(blockers_, locks::BlockerKind::autovacuum)) return answer_to_autovacuum();
  if (auto manner = answer_to_short_holders()) return manner;
  return answer_of_policy();
}

// On a table with a steady stream of short transactions somebody is always in the way by the rule
// of age, and yet nobody for long: when for a while none was seen to last for as long as others may
// be made to wait, an attempt within that bound will do.
std::optional<Manner> Approach::answer_to_short_holders() {
  const auto bearable =
      std::chrono::duration<double>(context_.limits.locks.max_stall).count() * k_bearable_part;
  const bool all_short =
      std::all_of(blockers_.begin(), blockers_.end(), [&](const locks::Blocker& one) {
        return one.kind == locks::BlockerKind::client && one.granted &&
               one.transaction_age_s.value_or(bearable) < bearable;
      });
  if (!all_short) calm_since_ = Clock::now();
  if (Clock::now() - calm_since_ < k_calm_enough) return std::nullopt;
  calm_since_ = Clock::now();
  auto manner = usual();
  manner.despite_blockers = true;
  return manner;
}

std::optional<Manner> Approach::answer_to_autovacuum() {
  if (!powers_) {
    const auto powers = locks::autovacuum_powers(context_.session, wait_);
    powers_ = powers ? *powers : locks::AutovacuumPowers{};
  }
  auto manner = usual();
  manner.despite_blockers = true;
  if (powers_->may_set_deadlock_timeout) {
    manner.quick_deadlock_check = true;
    manner.lock_timeout = std::max(manner.lock_timeout, k_deadlock_grace);
    manner.bound = std::max(manner.bound, manner.lock_timeout);
    return manner;
  }
  if (Clock::now() < next_autovacuum_) return std::nullopt;
  next_autovacuum_ = Clock::now() + k_autovacuum_every;
  if (powers_->may_cancel) {
    for (const auto& worker : blockers_) {
      const auto sent = locks::cancel_worker(context_.session, worker.pid, wait_);
      if (sent && *sent)
        context_.events.on_event(event::SessionSignalled{.pid = worker.pid,
                                                         .action = "cancel",
                                                         .session = worker.describe(),
                                                         .why = "an autovacuum gives way"});
    }
    return std::nullopt;
  }
  // The worker gives way only to somebody who has waited for deadlock_timeout. The watcher ends the
  // attempt when anybody has to wait behind it.
  manner.lock_timeout = powers_->deadlock_timeout + k_deadlock_grace;
  manner.bound = manner.lock_timeout;
  return manner;
}

std::optional<Manner> Approach::answer_of_policy() {
  const auto& policy = context_.limits.locks;
  if (Clock::now() < next_action_) return std::nullopt;
  auto manner = usual();
  manner.despite_blockers = true;
  switch (policy.on_blocked) {
  case locks::OnBlocked::wait:
    return std::nullopt;
  case locks::OnBlocked::one_shot:
    if (shot_) return std::nullopt;
    shot_ = true;
    manner.lock_timeout = std::max(manner.lock_timeout, policy.max_stall);
    return manner;
  case locks::OnBlocked::cancel:
  case locks::OnBlocked::terminate:
    break;
  }
  const bool all_may_go =
      std::all_of(blockers_.begin(), blockers_.end(), [&](const locks::Blocker& one) {
        return !one.granted || locks::may_signal(one, policy).signal != locks::Signal::none;
      });
  if (!all_may_go) return std::nullopt;
  next_action_ = Clock::now() + std::max(policy.blocked_after, Millis(1000));
  manner.signals = true;
  manner.lock_timeout = std::max(manner.lock_timeout, k_until_signals_work);
  manner.bound = std::max(manner.bound, manner.lock_timeout);
  return manner;
}

bool Approach::again(const Error& error, const std::string& reason, std::int64_t statement,
                     Millis lost) {
  const auto mean = std::max(k_mean_pause, lost * (k_duty - 1));
  // Somebody in the way is looked for again at once: nobody was made to wait.
  if (reason != "blocked") see_who_is_in_the_way();
  if (wait_.stop_requested() || budget_.passed()) return false;
  if (reason != "blocked") {
    const auto pause = std::min(random_up_to(2 * mean), budget_.remaining());
    context_.events.on_event(event::LockRetry{
        .version = step_.migration.version.number(),
        .statement = statement,
        .attempt = attempts_,
        .sleep_ms = pause.count(),
        .reason = reason,
        .blockers = blockers_.empty() ? error.message : locks::describe(blockers_)});
    os::pause(pause, wait_);
  }
  return !wait_.stop_requested();
}

void Approach::see_who_is_in_the_way() {
  if (worth_a_look_.empty() || !context_.session.usable()) return;
  auto found = locks::survey(context_.session, worth_a_look_, cleanup_wait());
  if (found) blockers_ = std::move(found->blockers);
}

Error Approach::exhausted(Error error) const {
  error.code = ErrorCode::lock_timeout;
  error.message =
      fmt::format("a lock was not obtained within {}{}", format_duration(waited()),
                  blockers_.empty() ? std::string() : ": " + locks::describe(blockers_));
  const bool hidden =
      std::any_of(blockers_.begin(), blockers_.end(), [](const locks::Blocker& one) {
        return one.kind == locks::BlockerKind::client && !one.visible;
      });
  if (hidden)
    error.notes.push_back(
        fmt::format("GRANT pg_read_all_stats TO {} would show what the sessions in the way do",
                    quote_identifier(context_.session.user())));
  error.hint =
      "end or wait for the session named (`slipway locks` shows who waits for whom), or try at a quieter time; "
      "--lock-budget says how long to look, --on-blocked what to do then";
  return error;
}

} // namespace slipway::apply
