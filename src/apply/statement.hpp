#pragma once

#include "approach.hpp"

namespace slipway::apply {

/// Why an attempt at a statement failed, as far as another attempt is concerned.
enum class Trouble {
  none,         ///< another attempt would fail as well
  blocked,      ///< somebody holds what it needs, seen before it queued
  lock_timeout, ///< a lock was not obtained in time
  deadlock,
  stall, ///< somebody waited behind it for too long
};
/// What the server's error means for another attempt.
Trouble trouble_of(const Error& error);
/// "lock_timeout" ..., as the lock_retry event has it.
std::string trouble_name(Trouble trouble);

/// What an attempt at one statement came to.
struct Attempted {
  Result<pg::Rows> rows;
  Trouble trouble = Trouble::none;
  Millis lock_wait{0};                    ///< spent on getting its locks
  std::vector<locks::Blocker> blockers{}; ///< for blocked
};

/// Where an attempt at a statement stands.
struct Circumstances {
  int backend = 0;              ///< the server process, which a pooler hides from the session
  bool in_transaction = false;  ///< LOCK TABLE is possible
  bool new_things_only = false; ///< it touches nothing but what its own transaction made
};

/// Gets the locks of a statement, in one order and within a bound that the server keeps, and sends
/// it as one message, or as a COPY with its data, while the watcher sees to it that nobody waits
/// behind it too long.
Attempted attempt_statement(const RunContext& context, const plan::Step& step,
                            const plan::PlannedStatement& statement, const Manner& manner,
                            const Circumstances& circumstances, const Wait& wait);

/// Writes the row of a failed attempt, with secrets masked. Best effort: the failure itself is what
/// the caller reports.
void journal_failure(const RunContext& context, const plan::Step& step,
                     const plan::PlannedStatement& statement, const Error& error);

/// statement_timeout of a statement of this step, in milliseconds; 0: none.
Millis statement_timeout(const RunContext& context, const plan::Step& step,
                         const sql::StatementFacts* facts);

/// A statement that waits for old transactions in a way in which nobody queues behind it.
bool works_concurrently(const sql::StatementFacts& facts);

/// The wait for a statement's answer: see answer_within. A migration that changes settings may have
/// given itself another statement_timeout, so there only the run's own deadline holds.
Wait statement_wait(const RunContext& context, const plan::Step& step,
                    const sql::StatementFacts* facts, const Wait& wait);

/// The wait for an answer that the server itself gives within `timeout`: that and a grace, so that
/// a server that answers no more does not hold us for ever.
Wait answer_within(Millis timeout, const Wait& wait);

history::JournalEntry entry_for(const RunContext& context, const plan::Step& step,
                                const plan::PlannedStatement& statement);

} // namespace slipway::apply
