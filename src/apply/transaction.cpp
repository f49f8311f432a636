// One group of statements as one transaction, with its retries.
#include "transaction.hpp"

#include "approach.hpp"
#include "failure.hpp"
#include "statement.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace slipway::apply {

namespace {

constexpr Millis k_quick_deadlock_check{10};
/// For statements of our own, which the server answers at once.
constexpr Millis k_our_own{30'000};

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

  Result<GroupOutcome> attempt(const Manner& manner, const Approach& approach,
                               const std::function<Closing()>& closing) {
    GroupOutcome outcome;
    failed_ = nullptr;
    committing_ = false;
    trouble_ = Trouble::none;
    journal_.clear();
    created_.clear();
    SLIPWAY_TRY(open(manner));
    SLIPWAY_TRY(prepare());
    for (const auto& statement : group_.statements)
      SLIPWAY_TRY(run(statement, manner, approach, outcome));
    failed_ = nullptr;
    auto last = closing();
    if (last.verify) SLIPWAY_TRY(run_verify(context_, step_, wait_));
    if (context_.before_commit)
      SLIPWAY_TRY(context_.before_commit(answer_within(k_our_own, wait_)));
    std::vector<pg::Query> queries = std::move(journal_);
    queries.insert(queries.end(), last.bookkeeping.begin(), last.bookkeeping.end());
    queries.insert(queries.end(), context_.transaction_epilogue.begin(),
                   context_.transaction_epilogue.end());
    queries.push_back({SqlText("COMMIT"), {}});
    committing_ = true;
    context_.crash.reach(os::CrashPoint::before_commit);
    SLIPWAY_TRY(
        context_.session.pipeline(queries, statement_wait(context_, step_, nullptr, wait_)));
    context_.crash.reach(os::CrashPoint::after_commit);
    return outcome;
  }

  const plan::PlannedStatement* failed() const { return failed_; }
  bool committing() const { return committing_; }
  Trouble trouble() const { return trouble_; }
  std::vector<locks::Blocker> take_blockers() { return std::move(blockers_); }

private:
  Status open(const Manner& manner) {
    std::vector<pg::Query> queries{{SqlText("BEGIN"), {}}};
    queries.insert(queries.end(), context_.transaction_prologue.begin(),
                   context_.transaction_prologue.end());
    if (manner.quick_deadlock_check)
      queries.push_back(
          {SqlText("SELECT pg_catalog.set_config('deadlock_timeout', $1::text, true)"),
           {std::to_string(k_quick_deadlock_check.count())}});
    queries.push_back(
        {SqlText(
             "SELECT pg_catalog.set_config('lock_timeout', $1::text, true), pg_catalog.set_config('statement_timeout', $2::text, true), "
             "pg_catalog.pg_current_wal_insert_lsn(), pg_catalog.pg_backend_pid()"),
         {std::to_string(manner.lock_timeout.count()),
          std::to_string(statement_timeout(context_, step_, nullptr).count())}});
    SLIPWAY_ASSIGN(const auto rows,
                   context_.session.pipeline(queries, answer_within(k_our_own, wait_)));
    start_lsn_ = rows.back().text(0, 2);
    backend_ = static_cast<int>(rows.back().integer(0, 3));
    context_.crash.reach(os::CrashPoint::transaction_begun);
    return {};
  }

  Status prepare() {
    if (!context_.after_begin) return {};
    auto prepared =
        context_.after_begin(step_, group_, statement_wait(context_, step_, nullptr, wait_));
    if (!prepared) trouble_ = trouble_of(prepared.error());
    return prepared;
  }

  bool is_about_new_things(const sql::StatementFacts& facts) const {
    return std::all_of(facts.locks.begin(), facts.locks.end(), [&](const sql::RelationLock& lock) {
      return created_.contains(lock.relation);
    });
  }

  Status run(const plan::PlannedStatement& statement, const Manner& manner,
             const Approach& approach, GroupOutcome& outcome) {
    failed_ = &statement;
    const auto start = std::chrono::steady_clock::now();
    const Circumstances circumstances{.backend = backend_,
                                      .in_transaction = true,
                                      .new_things_only = is_about_new_things(statement.facts)};
    auto attempted = attempt_statement(context_, step_, statement, manner, circumstances, wait_);
    trouble_ = attempted.trouble;
    blockers_ = std::move(attempted.blockers);
    SLIPWAY_ASSIGN(const auto rows, std::move(attempted.rows));
    for (const auto& object : statement.facts.objects)
      if (object.action == sql::Action::create) created_.insert(object.name);
    auto entry = entry_for(context_, step_, statement);
    entry.start_lsn = start_lsn_;
    entry.duration_ms = elapsed_ms(start);
    entry.lock_wait_ms =
        static_cast<double>((approach.waited_before_attempt() + attempted.lock_wait).count());
    entry.retries = approach.attempts() - 1;
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
  Trouble trouble_ = Trouble::none;
  int backend_ = 0;
  std::string start_lsn_;
  std::set<QualifiedName> created_; ///< by this transaction: nobody else can hold it
  std::vector<pg::Query> journal_;
  std::vector<locks::Blocker> blockers_;
};

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

std::vector<const plan::PlannedStatement*> statements_of(const plan::Group& group) {
  std::vector<const plan::PlannedStatement*> statements;
  for (const auto& statement : group.statements) statements.push_back(&statement);
  return statements;
}

} // namespace

double elapsed_ms(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

Wait cleanup_wait() {
  return Wait{Deadline::after(Millis(10'000)), nullptr};
}

Result<GroupOutcome> run_transaction(const RunContext& context, const plan::Step& step,
                                     const plan::Group& group,
                                     const std::function<Closing()>& closing, const Wait& wait) {
  TransactionRun run(context, step, group, wait);
  Approach approach(context, step, statements_of(group), wait);
  while (true) {
    const auto manner = approach.next();
    if (!manner) return fail(with_state(manner.error(), step, true, false));
    const auto start = std::chrono::steady_clock::now();
    auto outcome = run.attempt(*manner, approach, closing);
    if (outcome) return outcome;
    auto error = std::move(outcome).error();
    const auto* statement = run.failed();
    const bool rolled_back = roll_back(context);
    const auto trouble = rolled_back ? run.trouble() : Trouble::none;
    if (statement != nullptr) error = hinted(placed(std::move(error), step, *statement), step);
    if (trouble == Trouble::blocked) approach.met(run.take_blockers());
    if (statement != nullptr && rolled_back && trouble != Trouble::blocked)
      journal_failure(context, step, *statement, error);
    if (trouble != Trouble::none) {
      const Millis lost(static_cast<std::int64_t>(elapsed_ms(start)));
      const auto number = statement != nullptr ? statement->number : 0;
      if (approach.again(error, trouble_name(trouble), number, std::min(lost, manner->bound)))
        continue;
      if (trouble != Trouble::deadlock) error = approach.exhausted(std::move(error));
    }
    return fail(with_state(std::move(error), step, rolled_back, run.committing()));
  }
}

} // namespace slipway::apply
