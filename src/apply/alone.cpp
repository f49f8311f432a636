#include "alone.hpp"

#include "borrowed_session.hpp"
#include "failure.hpp"
#include "send_alone.hpp"
#include "session_limits.hpp"
#include "settle/look.hpp"
#include "settle/settle.hpp"
#include "statement.hpp"
#include "transaction.hpp"

#include <fmt/format.h>

namespace slipway::apply {

namespace {

Status journal_failed(const RunContext& context, const history::JournalEntry& entry,
                      const Error& error) {
  const auto sqlstate = error.sql ? error.sql->sqlstate : std::string();
  SLIPWAY_TRY(context.session.pipeline(
      {context.store.journal_failed(entry, sqlstate, context.masker.mask(error.message))},
      cleanup_wait()));
  return {};
}

} // namespace

Status journal_done(const RunContext& context, const plan::Step& step,
                    const plan::PlannedStatement& statement, std::int64_t rows, const Wait& wait) {
  auto done = entry_for(context, step, statement);
  done.rows = rows;
  // One that an earlier run began has no started row in this run.
  SLIPWAY_ASSIGN(const auto updated,
                 context.session.pipeline({context.store.journal_completed(done)}, wait));
  if (updated.front().affected() == 0)
    SLIPWAY_TRY(context.session.pipeline({context.store.journal_finished(done)}, wait));
  context.crash.reach(os::CrashPoint::journal_completed);
  return {};
}

Result<std::int64_t> AloneStatement::run() {
  const auto& facts = statement_.facts;
  SLIPWAY_ASSIGN(witness_, settle::take_witness(context_.session, facts.interruption, wait_));
  auto entry = entry_for(context_, step_, statement_);
  entry.witness = witness_;
  // Not begun at all: nothing to decide later.
  SLIPWAY_TRY(ready_for_alone(context_, step_, statement_, wait_));
  SLIPWAY_TRY(
      context_.session.pipeline(guarded(context_, context_.store.journal_started(entry)), wait_));
  context_.crash.reach(os::CrashPoint::journal_started);
  auto rows = send_alone(context_, step_, statement_, wait_);
  if (!rows) return fail(failed(std::move(rows).error()));
  left_nothing_ = false;
  context_.crash.reach(os::CrashPoint::statement_alone_done);
  const auto record = [&]() -> Status {
    SLIPWAY_TRY(lift_limits(context_, wait_));
    if (auto valid = check_valid(); !valid) {
      if (context_.session.usable()) SLIPWAY_TRY(journal_failed(context_, entry, valid.error()));
      return valid;
    }
    return journal_done(context_, step_, statement_, rows->affected(), wait_);
  };
  const auto recorded = record();
  if (!recorded) return fail(finished_unrecorded(recorded.error()));
  return rows->affected();
}

Error AloneStatement::failed(Error error) {
  error = hinted(placed(std::move(error), step_, statement_), step_);
  if (!context_.session.usable()) {
    left_nothing_ = false;
    error.database_state = fmt::format(
        "statement {} of {} may still be running or may have finished; what came before it stays",
        statement_.number, label(step_));
    error.next_command = retry_command(step_);
    error.code = ErrorCode::part_way;
    return error;
  }
  auto entry = entry_for(context_, step_, statement_);
  entry.witness = witness_;
  if (const auto lifted = lift_limits(context_, cleanup_wait()); !lifted)
    error.notes.push_back(lifted.error().message);
  if (const auto written = journal_failed(context_, entry, error); !written)
    context_.events.on_event(
        event::Warning{.message = "the failure could not be written to the journal",
                       .hint = written.error().message});
  left_nothing_ = settle::clean_after_failure(context_, statement_, witness_, error);
  return error;
}

// The server said that it is done; what failed is to write that down.
Error AloneStatement::finished_unrecorded(Error error) const {
  if (context_.session.usable() || statement_.facts.interruption.trace != sql::Trace::none)
    return error;
  error.code = ErrorCode::part_way;
  error.database_state =
      fmt::format("statement {} of {} is done, but the journal does not know; what came before it "
                  "stays",
                  statement_.number, label(step_));
  error.next_command = fmt::format("slipway repair --done {} --migration {}", statement_.number,
                                   step_.migration.version.str());
  return error;
}

// CREATE INDEX CONCURRENTLY IF NOT EXISTS says nothing about an INVALID index of that name.
Status AloneStatement::check_valid() const {
  const auto& made = statement_.facts.interruption;
  if (made.trace != sql::Trace::index_built || made.object.name.empty()) return {};
  const plan::EarlierAttempt just_now{
      .state = plan::StatementState::started, .run = context_.run, .witness = std::nullopt};
  SLIPWAY_ASSIGN(
      const auto finding,
      settle::look(
          {.session = context_.session, .statement = made, .earlier = just_now, .wait = wait_}));
  if (finding.cleanups.empty() && finding.verdict != settle::Verdict::busy) return {};
  auto error = placed(Error(ErrorCode::sql, finding.evidence), step_, statement_);
  error.hint = "an attempt outside of slipway left it, or is at it";
  if (!finding.cleanups.empty())
    error.hint += fmt::format("; run `{};` and apply again", finding.cleanups.front().sql);
  return fail(std::move(error));
}

} // namespace slipway::apply
