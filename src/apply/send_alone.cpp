#include "send_alone.hpp"

#include "approach.hpp"
#include "borrowed_session.hpp"
#include "failure.hpp"
#include "statement.hpp"
#include "transaction.hpp"

#include <algorithm>

namespace slipway::apply {

namespace {

Result<int> limit_and_name(const RunContext& context, const plan::Step& step,
                           const sql::StatementFacts& facts, const Manner& manner,
                           const Wait& wait) {
  // Nothing can be set; which server process it will be is not known either.
  if (context.borrowed_session) return 0;
  // A concurrent index operation waits for old transactions in its own way, in which nobody queues
  // behind it; a lock_timeout would make it fail and leave an INVALID index.
  const auto lock = works_concurrently(facts) ? Millis(0) : manner.lock_timeout;
  SLIPWAY_ASSIGN(const auto rows,
                 context.session.query(
                     SqlText("SELECT pg_catalog.set_config('lock_timeout', $1::text, false), "
                             "pg_catalog.set_config('statement_timeout', $2::text, false), "
                             "pg_catalog.pg_backend_pid()"),
                     {std::to_string(lock.count()),
                      std::to_string(statement_timeout(context, step, &facts).count())},
                     wait));
  return static_cast<int>(rows.integer(0, 2));
}

} // namespace

Result<pg::Rows> send_alone(const RunContext& context, const plan::Step& step,
                            const plan::PlannedStatement& statement, const Wait& wait) {
  const bool concurrent = works_concurrently(statement.facts);
  Approach approach(context, step, {&statement}, wait);
  while (true) {
    SLIPWAY_ASSIGN(const auto manner, concurrent ? Result<Manner>(Manner{}) : approach.next());
    const auto start = std::chrono::steady_clock::now();
    SLIPWAY_ASSIGN(const int backend, limit_and_name(context, step, statement.facts, manner, wait));
    const Circumstances circumstances{.backend = backend};
    auto attempted = attempt_statement(context, step, statement, manner, circumstances,
                                       alone_wait(context, step, statement, wait));
    if (attempted.rows || concurrent || attempted.trouble == Trouble::none ||
        !context.session.usable())
      return std::move(attempted.rows);
    auto error = placed(std::move(attempted.rows).error(), step, statement);
    const Millis lost(static_cast<std::int64_t>(elapsed_ms(start)));
    if (approach.again(error, trouble_name(attempted.trouble), statement.number,
                       std::min(lost, manner.bound)))
      continue;
    return fail(attempted.trouble == Trouble::deadlock ? std::move(error)
                                                       : approach.exhausted(std::move(error)));
  }
}

} // namespace slipway::apply
