#pragma once

#include "slipway/locks/blockers.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/sql/facts.hpp"

#include <vector>

namespace slipway::locks {

/// A relation that statements will lock, and how.
struct Target {
  std::string relation; ///< quoted, with its schema
  sql::LockMode mode = sql::LockMode::access_share;
  /// LOCK TABLE may take it: a table, named by the statement or the other end of a foreign key, on
  /// which we have the privilege.
  bool lockable = false;
  bool with_descendants = false;
};

/// What is about to be locked and who is in the way.
struct Survey {
  std::vector<Target> targets;   ///< in the one order in which everybody takes them
  std::vector<Blocker> blockers; ///< longest transaction first
};

/// How old a transaction must be to count as in the way: shorter ones are gone before anybody
/// notices that we queue. Measured on a busy table, a wait of 50 ms outlives all short
/// transactions.
inline constexpr Millis k_young{30};

/// Finds the relations that `statements` will lock as the catalog has them now (partitions, owned
/// sequences, TOAST tables and the other ends of foreign keys included; names that are not there
/// are passed over), and the sessions other than ours that hold a conflicting lock since `k_young`
/// or longer, or wait for one. Looks only, never queues. Where the role may not see a transaction's
/// age, a second look 50 ms later tells: who still holds it in the same transaction is old.
Result<Survey> survey(pg::Session& session,
                      const std::vector<const sql::StatementFacts*>& statements, const Wait& wait);

/// Only the relations of a survey, in one question, for an attempt that is made whoever is in the
/// way.
Result<std::vector<Target>> targets(pg::Session& session,
                                    const std::vector<const sql::StatementFacts*>& statements,
                                    const Wait& wait);

/// Whether a survey of this statement can find anything: it names a relation and its lock is one
/// that others may have to wait behind.
bool is_worth_a_look(const sql::StatementFacts& facts);

} // namespace slipway::locks
