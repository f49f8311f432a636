// What the statements of a migration set for those after them.
#include "migration_session.hpp"

#include "transaction.hpp"

namespace slipway::apply {

Status set_again(pg::Session& session, const plan::Step& step,
                 const plan::PlannedStatement& statement, const Wait& wait) {
  SLIPWAY_TRY(session.execute(SqlText(std::string(step.section.sql(statement.statement))), wait));
  return {};
}

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

} // namespace slipway::apply
