#include "preflight.hpp"

#include "runner.hpp"

#include "slipway/app/preflight.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::app {

namespace {

preflight::Limits limits_of(const config::Config& config) {
  return {.long_transaction = config.duration("preflight.long_transaction"),
          .connections_left = config.integer("preflight.connections_left"),
          .replication_lag = config.duration("preflight.replication_lag"),
          .replication_lag_mb = config.integer("preflight.replication_lag_mb"),
          .disk_free_mb = config.integer("preflight.disk_free_mb"),
          .wraparound_percent = config.integer("preflight.wraparound_percent"),
          .skip = config.text_list("preflight.skip"),
          .warn_only = config.text_list("preflight.warn_only")};
}

Result<preflight::Report> examine(const Context& context, pg::Session& session,
                                  const plan::Plan& plan, const Wait& wait) {
  return preflight::examine(session, plan, context.config.text("history.schema"),
                            limits_of(context.config), wait);
}

Error refusal(const preflight::Finding& stop) {
  Error error(ErrorCode::check_failed,
              fmt::format("preflight check {} says stop: {}", stop.check, stop.found));
  if (!stop.remedy.empty()) error.hint = "run: " + stop.remedy;
  error.database_state = "nothing was changed";
  error.next_command = "slipway preflight";
  return error;
}

} // namespace

Result<preflight::Report> preflight_of_up(const Context& context,
                                          const plan::Selection& selection) {
  const auto wait = look_wait(context);
  SLIPWAY_ASSIGN(const auto folder, read_migrations(context));
  SLIPWAY_ASSIGN(auto session, open_session(context, "preflight", wait));
  SLIPWAY_ASSIGN(const auto history, history_store(context).read(session, wait));
  const auto late = context.config.boolean("apply.allow_out_of_order") ? plan::LateMerges::allow
                                                                       : plan::LateMerges::refuse;
  SLIPWAY_ASSIGN(const auto plan, plan::plan_up(folder, history, selection, late));
  return examine(context, session, plan, wait);
}

Status check_before_run(const Context& context, pg::Session& session, const plan::Plan& plan,
                        const Wait& wait) {
  if (!context.config.boolean("preflight.enabled")) return {};
  SLIPWAY_ASSIGN(const auto report, examine(context, session, plan, wait));
  for (const auto& finding : report.findings)
    context.events.on_event(
        event::PreflightChecked{.check = finding.check,
                                .verdict = std::string(preflight::verdict_name(finding.verdict)),
                                .found = finding.found,
                                .remedy = finding.remedy});
  if (!report.skipped.empty())
    context.events.on_event(event::Note{.message = fmt::format("preflight: {} not checked, as "
                                                               "preflight.skip says",
                                                               fmt::join(report.skipped, ", "))});
  if (const auto* stop = report.first_stop()) return fail(refusal(*stop));
  return {};
}

} // namespace slipway::app
