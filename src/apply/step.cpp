// One migration in one direction: as one transaction where that is possible, else statement by
// statement with a journal that a later run can go on from.
#include "slipway/apply/step.hpp"

#include "alone.hpp"
#include "borrowed_session.hpp"
#include "failure.hpp"
#include "migration_session.hpp"
#include "settle/settle.hpp"
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
      SLIPWAY_ASSIGN(const auto rest, what_is_left(step_.groups[i]));
      if (rest.statements.empty()) continue;
      if (rest.transactional) {
        const bool last = i + 1 == step_.groups.size();
        const auto closing = [&] {
          return last ? Closing{.verify = step_.direction == Direction::up,
                                .bookkeeping = final_record()}
                      : Closing{};
        };
        SLIPWAY_TRY(keep_going(run_transaction(context_, step_, rest, closing, wait_),
                               rest.statements.front()));
        recorded = last;
      } else {
        SLIPWAY_TRY(run_alone(rest.statements.front()));
      }
      kept_ = true;
    }
    if (recorded) return {};
    const auto closing = [this] {
      return Closing{.verify = step_.direction == Direction::up, .bookkeeping = final_record()};
    };
    auto closed = run_transaction(context_, step_, plan::Group{}, closing, wait_);
    if (closed) return {};
    if (!context_.session.usable()) return fail(std::move(closed).error());
    return fail(stopped_at(std::move(closed).error(), nullptr));
  }

  // The statements of a group that an earlier run did not finish. What that run set in its session
  // is set again here, in its place.
  Result<plan::Group> what_is_left(const plan::Group& group) {
    plan::Group rest{.transactional = group.transactional, .statements = {}};
    for (const auto& statement : group.statements) {
      bool done = statement.done;
      if (!done && statement.earlier) {
        SLIPWAY_ASSIGN(done, settled(statement));
      }
      if (!done) {
        rest.statements.push_back(statement);
        continue;
      }
      kept_ = true;
      SLIPWAY_TRY(set_again(statement));
    }
    return rest;
  }

  Result<bool> settled(const plan::PlannedStatement& statement) {
    auto done = settle::decide(context_, step_, statement, wait_);
    if (done && *done) SLIPWAY_TRY(journal_done(context_, step_, statement, 0, wait_));
    if (done) return *done;
    auto error = std::move(done).error();
    if (statement.interrupted() && !error.database_state.empty()) return fail(std::move(error));
    return fail(stopped_at(std::move(error), &statement));
  }

  Status set_again(const plan::PlannedStatement& statement) {
    if (!statement.facts.only_changes_session) return {};
    auto set = apply::set_again(context_.session, step_, statement, wait_);
    if (set) return {};
    return fail(stopped_at(placed(std::move(set).error(), step_, statement), &statement));
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

  Status run_alone(const plan::PlannedStatement& statement) {
    AloneStatement alone(context_, step_, statement, wait_);
    auto rows = alone.run();
    if (rows) {
      rows_ += *rows;
      return {};
    }
    auto error = std::move(rows).error();
    if (!context_.session.usable()) return fail(std::move(error));
    if (nothing_done() && alone.left_nothing()) return fail(forget(std::move(error)));
    return fail(stopped_at(std::move(error), &statement));
  }

  // An earlier run may have begun and done nothing: then this one has begun, too.
  bool nothing_done() const {
    if (kept_) return false;
    for (const auto& group : step_.groups)
      for (const auto& statement : group.statements)
        if (statement.done) return false;
    return true;
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

std::string outcome_name(const Result<StepOutcome>& outcome) {
  if (outcome) return "done";
  return outcome.error().outcome == Outcome::unknown ? "unknown" : "failed";
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
                                                   .outcome = outcome_name(outcome),
                                                   .rows = outcome ? outcome->rows : 0,
                                                   .duration_ms = elapsed_ms(start),
                                                   .index = position.index,
                                                   .total = position.total});
  return outcome;
}

} // namespace slipway::apply
