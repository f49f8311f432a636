// One migration in one direction: as one transaction where that is possible, else statement by
// statement with a journal that a later run can go on from.
#include "slipway/apply/step.hpp"

#include "borrowed_session.hpp"
#include "failure.hpp"
#include "leftovers.hpp"
#include "send_alone.hpp"
#include "statement.hpp"
#include "transaction.hpp"

#include <fmt/format.h>

namespace slipway::apply {

namespace {

class StepRun {
public:
  StepRun(const RunContext& context, const plan::Step& step, const Wait& wait)
      : context_(context), step_(step), wait_(wait) {}

  Result<StepOutcome> run() {
    SLIPWAY_TRY(step_.is_atomic() ? run_atomic() : run_piecewise());
    return StepOutcome{.rows = rows_, .duration_ms = elapsed_ms(start_)};
  }

private:
  std::vector<pg::Query> final_record() const {
    if (step_.direction == Direction::down)
      return {context_.store.remove_applied(step_.migration.version)};
    return {context_.store.record_applied(step_.migration, context_.run, elapsed_ms(start_))};
  }

  Status run_atomic() {
    const plan::Group none{};
    const auto& group = step_.groups.empty() ? none : step_.groups.front();
    const auto closing = [this] {
      return Closing{.verify = step_.direction == Direction::up, .bookkeeping = final_record()};
    };
    SLIPWAY_ASSIGN(const auto outcome, run_transaction(context_, step_, group, closing, wait_));
    rows_ += outcome.rows;
    return {};
  }

  Status run_piecewise() {
    SLIPWAY_TRY(begin_piecewise());
    bool recorded = false;
    for (std::size_t i = 0; i < step_.groups.size(); ++i) {
      const auto& group = step_.groups[i];
      const bool last = i + 1 == step_.groups.size();
      if (group.transactional) {
        if (group.statements.front().done) {
          kept_ = true;
          continue;
        }
        const auto closing = [&] {
          return last ? Closing{.verify = step_.direction == Direction::up,
                                .bookkeeping = final_record()}
                      : Closing{};
        };
        SLIPWAY_TRY(keep_going(run_transaction(context_, step_, group, closing, wait_),
                               group.statements.front()));
        recorded = last;
      } else {
        SLIPWAY_TRY(run_alone(group.statements.front()));
      }
      kept_ = true;
    }
    if (recorded) return {};
    const auto closing = [this] {
      return Closing{.verify = step_.direction == Direction::up, .bookkeeping = final_record()};
    };
    const auto closed = run_transaction(context_, step_, plan::Group{}, closing, wait_);
    if (closed) return {};
    return fail(stopped_at(closed.error(), nullptr));
  }

  Status begin_piecewise() {
    // From here on the target knows that this migration is under way, and how to undo it.
    const auto query = step_.direction == Direction::up
                           ? context_.store.record_applying(step_.migration, context_.run)
                           : context_.store.record_undoing(step_.migration.version);
    SLIPWAY_TRY(context_.session.pipeline(guarded(context_, query), wait_));
    context_.crash.reach(os::CrashPoint::piecewise_begun);
    return {};
  }

  Status keep_going(Result<GroupOutcome> outcome, const plan::PlannedStatement& first) {
    if (outcome) {
      rows_ += outcome->rows;
      return {};
    }
    auto error = std::move(outcome).error();
    if (!context_.session.usable()) return fail(std::move(error));
    if (nothing_done()) return fail(forget(std::move(error)));
    return fail(stopped_at(std::move(error), &first));
  }

  history::JournalEntry entry(const plan::PlannedStatement& statement) const {
    history::JournalEntry one{.run = context_.run, .version = step_.migration.version};
    one.direction = step_.direction;
    one.statement = statement.number;
    one.digest = statement.digest;
    return one;
  }

  Status lift_limits() {
    if (context_.borrowed_session) return {};
    SLIPWAY_TRY(
        context_.session.query(SqlText("SELECT pg_catalog.set_config('lock_timeout', '0', false), "
                                       "pg_catalog.set_config('statement_timeout', '0', false)"),
                               {}, cleanup_wait()));
    return {};
  }

  Status run_alone(const plan::PlannedStatement& statement) {
    if (statement.done) return {};
    if (step_.resumed && statement.facts.is_concurrent_index) {
      SLIPWAY_ASSIGN(const bool finished, settle_earlier_attempt(context_, statement, wait_));
      if (finished) return complete(statement, 0);
    }
    if (auto ready = ready_for_alone(context_, step_, statement, wait_); !ready)
      return fail(not_begun(std::move(ready).error(), statement));
    SLIPWAY_TRY(context_.session.pipeline(
        guarded(context_, context_.store.journal_started(entry(statement))), wait_));
    context_.crash.reach(os::CrashPoint::journal_started);
    auto rows = send_alone(context_, step_, statement, wait_);
    if (!rows) return fail(failed_alone(std::move(rows).error(), statement));
    context_.crash.reach(os::CrashPoint::statement_alone_done);
    SLIPWAY_TRY(lift_limits());
    SLIPWAY_TRY(check_valid(statement));
    return complete(statement, rows->affected());
  }

  Status complete(const plan::PlannedStatement& statement, std::int64_t rows) {
    auto done = entry(statement);
    done.rows = rows;
    rows_ += rows;
    // An attempt found finished has no started row in this run; one statement covers both.
    SLIPWAY_ASSIGN(const auto updated,
                   context_.session.pipeline({context_.store.journal_completed(done)}, wait_));
    if (updated.front().affected() == 0)
      SLIPWAY_TRY(context_.session.pipeline({context_.store.journal_finished(done)}, wait_));
    context_.crash.reach(os::CrashPoint::journal_completed);
    return {};
  }

  // CREATE INDEX CONCURRENTLY IF NOT EXISTS says nothing about an INVALID index of that name.
  Status check_valid(const plan::PlannedStatement& statement) {
    if (!statement.facts.index || step_.direction == Direction::down) return {};
    SLIPWAY_ASSIGN(const auto state,
                   look_at_index(context_.session, *statement.facts.index, wait_));
    if (state != IndexState::invalid) return {};
    auto error = placed(Error(ErrorCode::sql, fmt::format("the index {} is there, but INVALID",
                                                          statement.facts.index->quoted())),
                        step_, statement);
    error.hint =
        fmt::format("an earlier attempt left it; run DROP INDEX CONCURRENTLY {} and apply again",
                    statement.facts.index->quoted());
    journal_failure(context_, step_, statement, error);
    return fail(stopped_at(std::move(error), &statement));
  }

  Error failed_alone(Error error, const plan::PlannedStatement& statement) {
    error = hinted(placed(std::move(error), step_, statement), step_);
    if (!context_.session.usable()) {
      error.database_state = fmt::format(
          "statement {} of {} may still be running or may have finished; what came before it stays",
          statement.number, label(step_));
      error.next_command = retry_command(step_);
      error.code = ErrorCode::part_way;
      return error;
    }
    journal_failure(context_, step_, statement, error);
    const auto limits = lift_limits();
    if (!limits) error.notes.push_back(limits.error().message);
    const bool clean = !statement.facts.is_concurrent_index || drop_leftover(context_, statement);
    if (nothing_done() && clean) return forget(std::move(error));
    return stopped_at(std::move(error), &statement);
  }

  // An earlier run may have begun and done nothing: then this one has begun, too.
  bool nothing_done() const {
    if (kept_) return false;
    for (const auto& group : step_.groups)
      for (const auto& statement : group.statements)
        if (statement.done) return false;
    return true;
  }

  Error not_begun(Error error, const plan::PlannedStatement& statement) {
    if (nothing_done() && context_.session.usable()) return forget(std::move(error));
    const auto code = error.code;
    error = stopped_at(std::move(error), &statement);
    if (nothing_done()) error.code = code;
    return error;
  }

  // The very first statement failed and left nothing: then the migration was never begun.
  Error forget(Error error) {
    const auto query = step_.direction == Direction::up
                           ? context_.store.remove_applied(step_.migration.version)
                           : context_.store.restore_applied(step_.migration.version);
    const auto written = context_.session.pipeline({query}, cleanup_wait());
    if (!written) return stopped_at(std::move(error), nullptr);
    context_.crash.reach(os::CrashPoint::attempt_forgotten);
    error.database_state = fmt::format("{} left nothing behind", label(step_));
    if (error.next_command.empty()) error.next_command = retry_command(step_);
    return error;
  }

  Error stopped_at(Error error, const plan::PlannedStatement* statement) {
    if (error.code != ErrorCode::lock_timeout && error.code != ErrorCode::connection)
      error.code = ErrorCode::part_way;
    const auto total = step_.section.statements.size();
    if (statement == nullptr)
      error.database_state =
          fmt::format("all {} statements of {} are in the database, but it is not recorded as done",
                      total, label(step_));
    else if (statement->number > 1)
      error.database_state = fmt::format(
          "statements before {} of {} in {} are in the database; that one and those after it are not",
          statement->number, total, label(step_));
    else
      error.database_state = fmt::format(
          "nothing of {} is in the database but what statement 1 may have left", label(step_));
    error.next_command = retry_command(step_);
    if (error.hint.empty())
      error.hint = "mend the cause or the statement; the next run goes on there";
    return error;
  }

  const RunContext& context_;
  const plan::Step& step_;
  const Wait& wait_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::int64_t rows_ = 0;
  bool kept_ = false; ///< something of this migration is in the database
};

bool changes_session(const plan::Step& step) {
  for (const auto& group : step.groups)
    for (const auto& statement : group.statements)
      if (statement.facts.changes_session || !statement.facts.parsed) return true;
  return false;
}

// What one migration sets must not reach the next one, or their order would matter in ways no file
// shows.
void reset_session(const RunContext& context) {
  const auto wait = cleanup_wait();
  if (!context.session.usable() || context.borrowed_session) return;
  const auto reset = [&]() -> Status {
    SLIPWAY_TRY(context.session.execute(SqlText("RESET SESSION AUTHORIZATION"), wait));
    SLIPWAY_TRY(context.session.execute(SqlText("RESET ROLE"), wait));
    SLIPWAY_TRY(context.session.execute(SqlText("RESET ALL"), wait));
    return prepare_session(context.session, context.application_name, wait);
  }();
  if (!reset)
    context.events.on_event(event::Warning{
        .message = "session settings could not be reset: " + reset.error().message, .hint = {}});
}

} // namespace

Result<StepOutcome> run_step(const RunContext& context, const plan::Step& step,
                             StepPosition position, const Wait& wait) {
  for (const auto& note : step.notes)
    context.events.on_event(event::Note{.message = label(step) + ": " + note});
  context.events.on_event(
      event::MigrationStarted{.run = context.run,
                              .version = step.migration.version.number(),
                              .migration = step.migration.name,
                              .direction = step.direction,
                              .statements = static_cast<std::int64_t>(step.statement_count()),
                              .index = position.index,
                              .total = position.total,
                              .resumed_at = step.resumed ? step.first_undone() : 0});
  const auto start = std::chrono::steady_clock::now();
  auto outcome = StepRun(context, step, wait).run();
  if (changes_session(step)) reset_session(context);
  context.events.on_event(event::MigrationFinished{.run = context.run,
                                                   .version = step.migration.version.number(),
                                                   .migration = step.migration.name,
                                                   .direction = step.direction,
                                                   .outcome = outcome ? "done" : "failed",
                                                   .rows = outcome ? outcome->rows : 0,
                                                   .duration_ms = elapsed_ms(start),
                                                   .index = position.index,
                                                   .total = position.total});
  return outcome;
}

} // namespace slipway::apply
