// Acts on what the looks find. Nothing is removed that another session works on or that was there
// before.
#include "settle/settle.hpp"

#include "failure.hpp"
#include "session_limits.hpp"
#include "settle/look.hpp"
#include "transaction.hpp"

#include "slipway/os/clock.hpp"

#include <fmt/format.h>

namespace slipway::apply::settle {

namespace {

constexpr Millis k_pause{500};

// Others queue behind a lock that is waited for, so that it is asked for again and again instead.
Status send(const RunContext& context, const Cleanup& cleanup, const Wait& wait) {
  const auto& limits = context.limits;
  SLIPWAY_TRY(set_limits(context, cleanup.waits_for_others ? Millis(0) : limits.locks.lock_timeout,
                         limits.concurrent_timeout, wait));
  const auto budget = Deadline::after(limits.locks.budget);
  while (true) {
    const auto sent = context.session.execute(SqlText(cleanup.sql), wait);
    if (sent) break;
    const bool again = sent.error().is_lock_timeout() && !budget.passed() &&
                       !wait.stop_requested() && !wait.deadline.passed();
    if (!again) return fail(sent.error());
    os::pause(k_pause, wait);
  }
  return lift_limits(context, wait);
}

Status clean(const RunContext& context, const Cleanup& cleanup, const Wait& wait) {
  context.crash.reach(os::CrashPoint::leftover_found);
  SLIPWAY_TRY(send(context, cleanup, wait));
  context.crash.reach(os::CrashPoint::leftover_removed);
  return {};
}

Error not_cleaned(Error error, const Cleanup& cleanup) {
  error.notes.push_back(fmt::format("{} stays; `{};` cleans it, and so does the next run",
                                    cleanup.what, cleanup.sql));
  return error;
}

Error busy(const plan::Step& step, const plan::PlannedStatement& statement,
           const std::string& evidence) {
  auto error = Error(ErrorCode::lock_timeout,
                     fmt::format("statement {} of {} was interrupted in run {}, and {}",
                                 statement.number, label(step), statement.earlier->run, evidence))
                   .with_hint("wait until that session has ended its work, or end it")
                   .with_next(retry_command(step));
  error.place = plan::place_of(step.section, statement.statement);
  return error;
}

} // namespace

Error ask(const plan::Step& step, const plan::PlannedStatement& statement,
          const std::string& evidence) {
  const auto command = [&](const char* answer) {
    return fmt::format("slipway repair --{} {} --migration {}", answer, statement.number,
                       step.migration.version.str());
  };
  auto error =
      Error(ErrorCode::part_way,
            fmt::format(
                "statement {} of {} ({}) was interrupted, and {}", statement.number, label(step),
                statement.facts.kind.empty() ? "not understood" : statement.facts.kind, evidence))
          .with_hint(fmt::format(
              "look in the database for what it does: if all of it is there, say `{}`; if nothing "
              "of it is there, say `{}`; if a part is, bring it to either end first. Then `{}` goes on",
              command("done"), command("undone"), retry_command(step)))
          .with_state(
              fmt::format("statements before {} of {} are in the database, those after it are "
                          "not; whether {} is, is not known",
                          statement.number, label(step), statement.number))
          .with_next(fmt::format("{}, or --undone {}", command("done"), statement.number));
  error.place = plan::place_of(step.section, statement.statement);
  return error;
}

Result<bool> decide(const RunContext& context, const plan::Step& step,
                    const plan::PlannedStatement& statement, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto finding, look({.session = context.session,
                                           .statement = statement.facts.interruption,
                                           .earlier = *statement.earlier,
                                           .wait = wait}));
  if (finding.verdict == Verdict::busy) return fail(busy(step, statement, finding.evidence));
  if (finding.verdict == Verdict::cannot_tell) return fail(ask(step, statement, finding.evidence));
  const bool done = finding.verdict == Verdict::done;
  if (statement.interrupted())
    context.events.on_event(event::Note{
        .message = fmt::format("statement {} of {} was interrupted in run {}: {}, so it {}",
                               statement.number, label(step), statement.earlier->run,
                               finding.evidence, done ? "counts as done" : "is run again")});
  for (const auto& cleanup : finding.cleanups) {
    context.events.on_event(event::Note{
        .message = fmt::format("cleaning up {} that an earlier attempt left", cleanup.what)});
    const auto cleaned = clean(context, cleanup, wait);
    if (!cleaned) return fail(not_cleaned(cleaned.error(), cleanup));
  }
  return done;
}

bool clean_after_failure(const RunContext& context, const plan::PlannedStatement& statement,
                         const std::string& witness, Error& error) {
  const auto& facts = statement.facts;
  // Nobody knows what it did before it failed: a procedure may have committed a part.
  if (facts.interruption.trace == sql::Trace::none) return false;
  const auto wait = cleanup_wait();
  const plan::EarlierAttempt failed{.state = plan::StatementState::failed,
                                    .run = context.run,
                                    .witness =
                                        witness.empty() ? std::nullopt : std::optional(witness)};
  const auto finding = look({.session = context.session,
                             .statement = facts.interruption,
                             .earlier = failed,
                             .wait = wait});
  if (!finding) {
    error.notes.push_back("what it left could not be looked for: " + finding.error().message);
    return false;
  }
  bool nothing_left = finding->verdict == Verdict::not_done;
  for (const auto& cleanup : finding->cleanups) {
    const bool cleaned = cleanup.waits_for_others && clean(context, cleanup, wait);
    if (cleaned)
      context.events.on_event(
          event::Note{.message = fmt::format("{} was dropped again", cleanup.what)});
    else
      error = not_cleaned(std::move(error), cleanup);
    nothing_left = nothing_left && cleaned;
  }
  return nothing_left;
}

} // namespace slipway::apply::settle
