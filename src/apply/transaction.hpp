#pragma once

#include "slipway/apply/step.hpp"

#include <chrono>
#include <functional>

namespace slipway::apply {

/// What a transaction has to do beside its statements.
struct Closing {
  bool verify = false;                ///< run the verify section before COMMIT
  std::vector<pg::Query> bookkeeping; ///< written in the same transaction, after the journal rows
};

struct GroupOutcome {
  std::int64_t rows = 0;
};

/// Milliseconds since `start`.
double elapsed_ms(std::chrono::steady_clock::time_point start);

/// Runs the statements of a group, the verify queries and the bookkeeping as one transaction, tried
/// again as a whole on lock time-outs and deadlocks. On an error nothing of it is in the database,
/// unless the error's outcome is unknown. `closing` is asked for anew at each attempt, with the
/// time since the migration began.
Result<GroupOutcome> run_transaction(const RunContext& context, const plan::Step& step,
                                     const plan::Group& group,
                                     const std::function<Closing()>& closing, const Wait& wait);

/// Sends one statement of a migration as one message, or as a COPY with its data.
Result<pg::Rows> send_statement(const RunContext& context, const plan::Step& step,
                                const plan::PlannedStatement& statement, const Wait& wait);

/// Writes the row of a failed attempt, with secrets masked. Best effort: the failure itself is what
/// the caller reports.
void journal_failure(const RunContext& context, const plan::Step& step,
                     const plan::PlannedStatement& statement, const Error& error);

/// lock_timeout and statement_timeout of a statement of this step.
std::string lock_timeout_text(const RunContext& context, const plan::Step& step,
                              const sql::StatementFacts* facts);
std::string statement_timeout_text(const RunContext& context, const plan::Step& step,
                                   const sql::StatementFacts* facts);

/// Patience for clean-up after a deadline or a stop request.
Wait cleanup_wait();

} // namespace slipway::apply
