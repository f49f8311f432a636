#include "slipway/apply/interrupted.hpp"

#include "failure.hpp"
#include "migration_session.hpp"
#include "settle/look.hpp"
#include "settle/settle.hpp"

#include <fmt/format.h>

namespace slipway::apply {

namespace {

// With the names resolved as the statement itself resolved them.
Result<settle::Finding> look_as_the_migration(const RunContext& context, const plan::Step& step,
                                              const plan::PlannedStatement& interrupted,
                                              const Wait& wait) {
  for (const auto& group : step.groups)
    for (const auto& statement : group.statements)
      if (statement.done && statement.facts.only_changes_session &&
          statement.number < interrupted.number)
        SLIPWAY_TRY(set_again(context.session, step, statement, wait));
  return settle::look({.session = context.session,
                       .statement = interrupted.facts.interruption,
                       .earlier = *interrupted.earlier,
                       .wait = wait});
}

const plan::PlannedStatement* find_interrupted(const plan::Step& step) {
  for (const auto& group : step.groups)
    for (const auto& statement : group.statements)
      if (statement.interrupted()) return &statement;
  return nullptr;
}

} // namespace

bool is_interrupted(const plan::Step& step) {
  return find_interrupted(step) != nullptr;
}

Error describe_interrupted(Error error, const RunContext& context, const plan::Step& step,
                           const Wait& wait) {
  const auto* statement = find_interrupted(step);
  if (statement == nullptr) return error;
  const auto finding = look_as_the_migration(context, step, *statement, wait);
  reset_session(context);
  error.code = ErrorCode::part_way;
  if (!finding) {
    error.notes.push_back("what became of it could not be looked up: " + finding.error().message);
    return error;
  }
  if (finding->verdict == settle::Verdict::cannot_tell) {
    auto asked = settle::ask(step, *statement, finding->evidence);
    error.hint = std::move(asked.hint);
    error.database_state = std::move(asked.database_state);
    error.next_command = std::move(asked.next_command);
    return error;
  }
  const bool done = finding->verdict == settle::Verdict::done;
  error.database_state =
      fmt::format("statement {} of {} {}: {}; what came before it stays, and the next run {}",
                  statement->number, label(step), done ? "took effect" : "did not take effect",
                  finding->evidence, done ? "goes on after it" : "runs it again");
  error.next_command = retry_command(step);
  return error;
}

} // namespace slipway::apply
