// One group of statements as one transaction, with its retries.
#include "transaction.hpp"

#include "failure.hpp"

#include "slipway/base/duration.hpp"
#include "slipway/locks/blockers.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <poll.h>
#include <random>

namespace slipway::apply {

namespace {

constexpr Millis k_first_pause{100};
constexpr Millis k_longest_pause{5000};
constexpr std::size_t k_sql_shown = 100;

struct Attempt {
  std::int64_t number = 1;
  Millis waited{0}; ///< lost to attempts that timed out on a lock
};

std::string shown(std::string_view sql) {
  sql = sql.substr(0, sql.find_first_of("\r\n"));
  return std::string(sql.size() > k_sql_shown ? sql.substr(0, k_sql_shown) : sql);
}

history::JournalEntry entry_for(const RunContext& context, const plan::Step& step,
                                const plan::PlannedStatement& statement) {
  history::JournalEntry entry{.run = context.run, .version = step.migration.version};
  entry.direction = step.direction;
  entry.statement = statement.number;
  entry.digest = statement.digest;
  return entry;
}

// All rows of the first column true, and at least one row: a query that finds nothing has checked
// nothing.
bool holds(const pg::Rows& rows) {
  if (rows.size() == 0 || rows.columns() == 0) return false;
  for (std::size_t row = 0; row < rows.size(); ++row)
    if (rows.is_null(row, 0) || rows.text(row, 0) != "t") return false;
  return true;
}

Status run_verify(const RunContext& context, const plan::Step& step, const Wait& wait) {
  if (!step.migration.verify) return {};
  const auto& section = *step.migration.verify;
  for (const auto& statement : section.statements) {
    auto rows = context.session.execute(SqlText(std::string(section.sql(statement))), wait);
    if (rows && holds(*rows)) continue;
    Error error = rows ? Error(ErrorCode::check_failed,
                               fmt::format("a verify query of {} is not true", label(step)))
                       : std::move(rows).error();
    if (error.hint.empty())
      error.hint =
          "each query of the verify section must return true in every row, and at least one row";
    error.place = plan::place_of(section, statement);
    return fail(std::move(error));
  }
  return {};
}

class TransactionRun {
public:
  TransactionRun(const RunContext& context, const plan::Step& step, const plan::Group& group,
                 const Wait& wait)
      : context_(context), step_(step), group_(group), wait_(wait) {}

  Result<GroupOutcome> attempt(const Attempt& attempt, const std::function<Closing()>& closing) {
    GroupOutcome outcome;
    failed_ = nullptr;
    committing_ = false;
    journal_.clear();
    SLIPWAY_TRY(open());
    for (const auto& statement : group_.statements) SLIPWAY_TRY(run(statement, attempt, outcome));
    failed_ = nullptr;
    auto last = closing();
    if (last.verify) SLIPWAY_TRY(run_verify(context_, step_, wait_));
    std::vector<pg::Query> queries = std::move(journal_);
    queries.insert(queries.end(), last.bookkeeping.begin(), last.bookkeeping.end());
    queries.push_back({SqlText("COMMIT"), {}});
    committing_ = true;
    context_.crash.reach(os::CrashPoint::before_commit);
    SLIPWAY_TRY(context_.session.pipeline(queries, wait_));
    context_.crash.reach(os::CrashPoint::after_commit);
    return outcome;
  }

  const plan::PlannedStatement* failed() const { return failed_; }
  bool committing() const { return committing_; }

private:
  Status open() {
    const std::vector<pg::Query> queries{
        {SqlText("BEGIN"), {}},
        {SqlText(
             "SELECT pg_catalog.set_config('lock_timeout', $1::text, true), pg_catalog.set_config('statement_timeout', $2::text, true), "
             "pg_catalog.pg_current_wal_insert_lsn()"),
         {lock_timeout_text(context_, step_, nullptr),
          statement_timeout_text(context_, step_, nullptr)}}};
    SLIPWAY_ASSIGN(const auto rows, context_.session.pipeline(queries, wait_));
    start_lsn_ = rows[1].text(0, 2);
    context_.crash.reach(os::CrashPoint::transaction_begun);
    return {};
  }

  Status run(const plan::PlannedStatement& statement, const Attempt& attempt,
             GroupOutcome& outcome) {
    failed_ = &statement;
    const auto start = std::chrono::steady_clock::now();
    SLIPWAY_ASSIGN(const auto rows, send_statement(context_, step_, statement, wait_));
    auto entry = entry_for(context_, step_, statement);
    entry.start_lsn = start_lsn_;
    entry.duration_ms = elapsed_ms(start);
    entry.lock_wait_ms = static_cast<double>(attempt.waited.count());
    entry.retries = attempt.number - 1;
    entry.rows = rows.affected();
    outcome.rows += entry.rows;
    journal_.push_back(context_.store.journal_finished(entry));
    context_.crash.reach(os::CrashPoint::statement_done);
    return {};
  }

  const RunContext& context_;
  const plan::Step& step_;
  const plan::Group& group_;
  const Wait& wait_;
  const plan::PlannedStatement* failed_ = nullptr;
  bool committing_ = false;
  std::string start_lsn_;
  std::vector<pg::Query> journal_;
};

Millis random_pause(std::int64_t attempt) {
  const auto ceiling = std::min(
      k_longest_pause, k_first_pause * (std::int64_t{1} << std::min<std::int64_t>(attempt, 10)));
  std::minstd_rand random(std::random_device{}());
  return Millis(std::uniform_int_distribution<std::int64_t>(k_first_pause.count() / 2,
                                                            ceiling.count())(random));
}

std::string blockers_of(const RunContext& context, const plan::PlannedStatement* statement) {
  if (statement == nullptr) return {};
  const auto found = locks::find_blockers(context.session, statement->facts.locks, cleanup_wait());
  return found ? locks::describe(*found) : std::string();
}

// Rolls back whatever is open. Returns false when the connection is gone, and with it the
// transaction.
bool roll_back(const RunContext& context) {
  if (!context.session.usable()) return false;
  if (context.session.transaction_status() == pg::TransactionStatus::idle) return true;
  return context.session.execute(SqlText("ROLLBACK"), cleanup_wait()).has_value();
}

Error with_state(Error error, const plan::Step& step, bool rolled_back, bool committing) {
  if (error.outcome == Outcome::unknown && committing) {
    error.code = ErrorCode::part_way;
    error.database_state = fmt::format(
        "unknown: the connection broke while {} was being committed; the history says whether it was",
        label(step));
    error.next_command = "slipway status";
    return error;
  }
  error.outcome = Outcome::failed;
  error.database_state =
      rolled_back
          ? fmt::format("{} left nothing behind: its transaction was rolled back", label(step))
          : fmt::format("{} was not committed: the server rolls it back as the connection is gone",
                        label(step));
  if (error.next_command.empty()) error.next_command = retry_command(step);
  return error;
}

Error lock_error(Error error, const std::string& blockers, Millis waited) {
  error.code = ErrorCode::lock_timeout;
  error.message = fmt::format("a lock was not obtained within {}{}", format_duration(waited),
                              blockers.empty() ? "" : ": " + blockers);
  error.hint =
      "end or wait for the session named, or try at a quieter time; --lock-timeout and apply.lock_budget say how patient slipway is";
  return error;
}

} // namespace

double elapsed_ms(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

Wait cleanup_wait() {
  return Wait{Deadline::after(Millis(10'000)), nullptr};
}

// Its waits for old transactions are lock waits too, in which nobody queues behind it.
static bool works_concurrently(const sql::StatementFacts* facts) {
  return facts != nullptr && (facts->is_concurrent_index ||
                              facts->interruption.trace == sql::Trace::partition_detached);
}

std::string lock_timeout_text(const RunContext& context, const plan::Step& step,
                              const sql::StatementFacts* facts) {
  if (works_concurrently(facts)) return "0";
  return std::to_string(step.migration.lock_timeout.value_or(context.limits.lock_timeout).count());
}

std::string statement_timeout_text(const RunContext& context, const plan::Step& step,
                                   const sql::StatementFacts* facts) {
  const bool concurrent = works_concurrently(facts);
  const auto usual =
      concurrent ? context.limits.concurrent_timeout : context.limits.statement_timeout;
  return std::to_string(step.migration.statement_timeout.value_or(usual).count());
}

Result<pg::Rows> send_statement(const RunContext& context, const plan::Step& step,
                                const plan::PlannedStatement& statement, const Wait& wait) {
  const auto total = static_cast<std::int64_t>(step.section.statements.size());
  const auto sql = step.section.sql(statement.statement);
  if (wait.stop_requested()) return fail(ErrorCode::cancelled, "stopped before the next statement");
  context.events.on_event(event::StatementStarted{.version = step.migration.version.number(),
                                                  .direction = step.direction,
                                                  .statement = statement.number,
                                                  .total = total,
                                                  .sql = shown(sql)});
  const auto start = std::chrono::steady_clock::now();
  const auto& copy = statement.statement.copy_data;
  const auto send = [&] {
    const SqlText text{std::string(sql)};
    if (copy)
      return context.session.copy_in(
          text, std::string_view(*step.section.text).substr(copy->offset, copy->length), wait);
    return context.session.execute(text, wait);
  };
  auto rows = send();
  if (rows)
    context.events.on_event(event::StatementFinished{.version = step.migration.version.number(),
                                                     .direction = step.direction,
                                                     .statement = statement.number,
                                                     .total = total,
                                                     .rows = rows->affected(),
                                                     .duration_ms = elapsed_ms(start)});
  return rows;
}

void journal_failure(const RunContext& context, const plan::Step& step,
                     const plan::PlannedStatement& statement, const Error& error) {
  if (!context.session.usable()) return;
  const auto entry = entry_for(context, step, statement);
  const auto sqlstate = error.sql ? error.sql->sqlstate : std::string();
  const auto written = context.session.pipeline(
      {context.store.journal_failed(entry, sqlstate, context.masker.mask(error.message))},
      cleanup_wait());
  if (!written)
    context.events.on_event(
        event::Warning{.message = "the failure could not be written to the journal",
                       .hint = written.error().message});
}

Result<GroupOutcome> run_transaction(const RunContext& context, const plan::Step& step,
                                     const plan::Group& group,
                                     const std::function<Closing()>& closing, const Wait& wait) {
  const auto start = std::chrono::steady_clock::now();
  const auto budget = Deadline::after(context.limits.lock_budget);
  TransactionRun run(context, step, group, wait);
  Attempt attempt;
  while (true) {
    auto outcome = run.attempt(attempt, closing);
    if (outcome) return outcome;
    auto error = std::move(outcome).error();
    const auto* statement = run.failed();
    const bool rolled_back = roll_back(context);
    const bool lock_trouble = error.is_lock_timeout() || error.is_deadlock();
    const auto blockers =
        lock_trouble && rolled_back ? blockers_of(context, statement) : std::string();
    if (statement != nullptr) error = hinted(placed(std::move(error), step, *statement), step);
    if (statement != nullptr && rolled_back) journal_failure(context, step, *statement, error);
    const auto sleep = random_pause(attempt.number);
    if (lock_trouble && rolled_back && budget.remaining() > sleep && !wait.stop_requested()) {
      attempt.waited = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - start);
      context.events.on_event(
          event::LockRetry{.version = step.migration.version.number(),
                           .statement = statement != nullptr ? statement->number : 0,
                           .attempt = attempt.number,
                           .sleep_ms = sleep.count(),
                           .reason = error.is_deadlock() ? "deadlock" : "lock_timeout",
                           .blockers = blockers});
      pollfd stop{.fd = wait.stop != nullptr ? wait.stop->descriptor() : -1,
                  .events = POLLIN,
                  .revents = 0};
      poll(&stop, 1, static_cast<int>(std::min(sleep, wait.deadline.remaining()).count()));
      ++attempt.number;
      continue;
    }
    if (error.is_lock_timeout())
      error =
          lock_error(std::move(error), blockers,
                     std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - start));
    return fail(with_state(std::move(error), step, rolled_back, run.committing()));
  }
}

} // namespace slipway::apply
