// What is different when a pooler lends the server session: nothing may be set in it but with SET
// LOCAL.
#include "borrowed_session.hpp"

#include "failure.hpp"
#include "statement.hpp"

#include "slipway/base/duration.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::apply {

namespace {

// Without a limit of its own a statement is given as long as a run may last.
constexpr Millis k_longest = std::chrono::hours(24);

Millis time_limit(const RunContext& context, const plan::Step& step,
                  const plan::PlannedStatement& statement) {
  const auto limit = statement_timeout(context, step, &statement.facts);
  return limit.count() > 0 ? limit : k_longest;
}

// Whether waiting for its locks makes others wait who only read or write rows.
bool can_stall_others(const sql::StatementFacts& facts) {
  return std::any_of(facts.locks.begin(), facts.locks.end(), [](const sql::RelationLock& lock) {
    return sql::conflicts(lock.mode, sql::LockMode::row_exclusive);
  });
}

Error unfit(std::string message, const RunContext& context, const plan::Step& step,
            const plan::PlannedStatement& statement, const std::string& lock_timeout) {
  auto error = placed(Error(ErrorCode::unsupported, std::move(message)), step, statement);
  error.hint = fmt::format(
      "point DATABASE_URL at the server itself, or let the role have the setting: ALTER ROLE {} SET lock_timeout = '{}', "
      "and let the pooler connect anew",
      quote_identifier(context.session.user()), lock_timeout);
  return error;
}

Status check_settings(const RunContext& context, const plan::Step& step,
                      const plan::PlannedStatement& statement, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      context.session.query(
          SqlText(
              "SELECT s.setting::bigint, (SELECT t.setting::bigint FROM pg_catalog.pg_settings AS t "
              "WHERE t.name OPERATOR(pg_catalog.=) 'statement_timeout') FROM pg_catalog.pg_settings AS s "
              "WHERE s.name OPERATOR(pg_catalog.=) 'lock_timeout'"),
          {}, wait));
  const Millis lock_timeout(rows.integer(0, 0));
  const Millis ends_after(rows.integer(0, 1));
  const bool concurrent = works_concurrently(statement.facts);
  if (concurrent && lock_timeout.count() > 0)
    return fail(unfit(
        fmt::format("behind the pooler lock_timeout is {} and cannot be changed: it would end this "
                    "statement while it waits for old transactions, and leave it half done",
                    format_duration(lock_timeout)),
        context, step, statement, "0"));
  if (lock_timeout.count() == 0 && !concurrent && can_stall_others(statement.facts))
    return fail(unfit(
        "behind the pooler lock_timeout is off and cannot be set: others would queue behind this statement without a limit",
        context, step, statement, fmt::format("{}ms", context.limits.locks.lock_timeout.count())));
  if (ends_after.count() > 0 && ends_after < time_limit(context, step, statement))
    context.events.on_event(event::Note{
        .message = fmt::format("{}: behind the pooler the server ends statement {} after {}",
                               label(step), statement.number, format_duration(ends_after))});
  return {};
}

} // namespace

std::vector<pg::Query> guarded(const RunContext& context, pg::Query query) {
  auto queries = context.transaction_prologue;
  queries.push_back(std::move(query));
  return queries;
}

Status ready_for_alone(const RunContext& context, const plan::Step& step,
                       const plan::PlannedStatement& statement, const Wait& wait) {
  if (context.borrowed_session) SLIPWAY_TRY(check_settings(context, step, statement, wait));
  if (context.before_alone)
    SLIPWAY_TRY(context.before_alone(time_limit(context, step, statement), wait));
  return {};
}

Wait alone_wait(const RunContext& context, const plan::Step& step,
                const plan::PlannedStatement& statement, const Wait& wait) {
  if (!context.borrowed_session) return wait;
  return wait.within(time_limit(context, step, statement));
}

Status check_for_borrowed_session(const plan::Step& step) {
  for (const auto& group : step.groups) {
    for (const auto& statement : group.statements) {
      if (!statement.facts.changes_session || statement.done) continue;
      Error error(ErrorCode::unsupported,
                  "behind the pooler this would change a server session that others use next");
      error.place = plan::place_of(step.section, statement.statement);
      error.hint =
          "use SET LOCAL, which ends with the transaction, or point DATABASE_URL at the server itself; if the pooler is in "
          "session mode, say --pooler=session";
      error.database_state = fmt::format("nothing of {} was begun", label(step));
      error.next_command = retry_command(step);
      return fail(std::move(error));
    }
  }
  return {};
}

} // namespace slipway::apply
