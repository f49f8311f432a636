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

/// Runs the statements of a group, the verify queries and the bookkeeping as one transaction. It is
/// begun when nobody is seen to hold what it needs, and tried again as a whole on lock time-outs,
/// deadlocks, and when somebody waits behind it too long. On an error nothing of it is in the
/// database, unless the error's outcome is unknown. `closing` is asked for anew at each attempt,
/// with the time since the migration began.
Result<GroupOutcome> run_transaction(const RunContext& context, const plan::Step& step,
                                     const plan::Group& group,
                                     const std::function<Closing()>& closing, const Wait& wait);

/// Patience for clean-up after a deadline or a stop request.
Wait cleanup_wait();

} // namespace slipway::apply
