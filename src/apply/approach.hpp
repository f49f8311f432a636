#pragma once

#include "slipway/apply/step.hpp"
#include "slipway/locks/autovacuum.hpp"
#include "slipway/locks/survey.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace slipway::apply {

/// How one attempt at a transaction goes about its locks.
struct Manner {
  Millis lock_timeout{100};          ///< longest wait for one lock
  Millis bound{100};                 ///< longest wait for all locks of one statement
  Millis max_stall{100};             ///< longest wait of anybody behind us
  bool signals = false;              ///< those who block us may be signalled, as the policy allows
  bool quick_deadlock_check = false; ///< ask autovacuum to give way at once
  bool despite_blockers = false;     ///< it is known that somebody is in the way
};

/// Looks before it lets a transaction begin: an attempt that cannot succeed is pure damage, for the
/// application queues behind it. Who holds the locks is looked at without queueing; only when
/// nobody is in the way, or the policy says to act, there is an attempt, and after a failed one a
/// pause so long that all waiting of others stays below a twentieth of the time.
class Approach {
public:
  Approach(const RunContext& context, const plan::Step& step,
           std::vector<const plan::PlannedStatement*> statements, const Wait& wait);

  /// Waits until an attempt may be made, and says how. Errors: lock_timeout when the budget is used
  /// up, with everybody in the way named; cancelled; connection.
  Result<Manner> next();
  /// After a failed attempt that took `lost` of other people's patience: pauses and yields true
  /// when there is to be another. `blockers`: who was seen in the way, for the report.
  bool again(const Error& error, const std::string& reason, std::int64_t statement, Millis lost);
  /// Who a survey inside the transaction found in the way.
  void met(std::vector<locks::Blocker> blockers) { blockers_ = std::move(blockers); }

  std::int64_t attempts() const { return attempts_; }
  Millis waited() const;
  /// Until the attempt that is under way began.
  Millis waited_before_attempt() const { return before_attempt_; }
  /// The error of a transaction that did not get its locks in time.
  Error exhausted(Error error) const;

private:
  Result<Manner> look();
  std::optional<Manner> answer();
  std::optional<Manner> answer_to_autovacuum();
  std::optional<Manner> answer_to_short_holders();
  std::optional<Manner> answer_of_policy();
  Manner usual() const;
  void tell();
  void see_who_is_in_the_way();

  const RunContext& context_;
  const plan::Step& step_;
  std::vector<const plan::PlannedStatement*> statements_;
  std::vector<const sql::StatementFacts*> worth_a_look_;
  const Wait& wait_;
  Deadline::Clock::time_point start_ = Deadline::Clock::now();
  Deadline budget_;
  Deadline::Clock::time_point next_report_ = start_;
  Deadline::Clock::time_point next_action_;
  Deadline::Clock::time_point next_autovacuum_ = start_;
  std::int64_t attempts_ = 0;
  Millis before_attempt_{0};
  Deadline::Clock::time_point calm_since_ =
      start_;         ///< only short transactions were seen since then
  bool shot_ = false; ///< the one shot is spent
  std::vector<locks::Blocker> blockers_;
  std::optional<locks::AutovacuumPowers> powers_;
};

} // namespace slipway::apply
