#include "slipway/app/migrations.hpp"

#include "runner.hpp"

namespace slipway::app {

Result<StatusReport> status(const Context& context) {
  const auto wait = look_wait(context);
  StatusReport report;
  SLIPWAY_ASSIGN(report.folder, read_migrations(context));
  SLIPWAY_ASSIGN(auto session, open_session(context, "status", wait));
  SLIPWAY_ASSIGN(report.history, history_store(context).read(session, wait));
  report.comparison = plan::compare(report.folder, report.history);
  report.target = session.describe();
  return report;
}

} // namespace slipway::app
