// What a rollback would come to, while there is still time to think about it.
#include "slipway/app/rollback_forecast.hpp"

#include "rollback_safe.hpp"
#include "usable_capture.hpp"

#include "slipway/app/rollback.hpp"
#include "slipway/app/target.hpp"
#include "slipway/os/clock.hpp"
#include "slipway/replay/capture_keys.hpp"
#include "slipway/replay/capture_slot.hpp"
#include "slipway/replay/captured_keys.hpp"
#include "slipway/replay/forecast.hpp"

#include <algorithm>

namespace slipway::app {

namespace {

constexpr double k_rows_a_second = 50'000;

std::set<replay::ColumnName> not_null_columns(const rollback::Assessment& assessment) {
  std::set<replay::ColumnName> columns;
  if (!assessment.before) return columns;
  for (const auto& object : assessment.before->objects())
    if (object.kind() == schema::Kind::column && object.has(schema::Property::not_null))
      columns.insert(
          {{std::string(object.schema()), std::string(object.name())}, std::string(object.part())});
  return columns;
}

Result<replay::Lsn> written_so_far(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(SqlText("SELECT pg_catalog.pg_current_wal_flush_lsn()::text"), {}, wait));
  return replay::lsn_from(rows.text(0, 0)).value_or(0);
}

class Forecasting {
public:
  Forecasting(const Context& context, const Wait& wait) : context_(context), wait_(wait) {}

  Result<RollbackForecast> go(std::int64_t run) {
    SLIPWAY_ASSIGN(const auto outlook, look_at_rollback(context_, {.run = run}));
    const auto& seen = outlook.assessment;
    forecast_.run = seen.run.row.id;
    if (seen.relations_before.empty())
      return fail(
          Error(ErrorCode::check_failed, "the history does not hold the schema from before the run")
              .with_hint("history.snapshots must be above 0 when the run begins"));
    const auto backup = backup_before(context_, seen);
    if (!backup)
      return fail(Error(ErrorCode::check_failed, "there is no backup from before the run, so no "
                                                 "rollback goes over one")
                      .with_next("slipway rollback --dry-run"));
    forecast_.backup = backup->manifest.name;
    SLIPWAY_ASSIGN(request_.before, replay::relation_map_from_json(seen.relations_before));
    request_.not_null = not_null_columns(seen);
    request_.leave_out = {context_.config.text("history.schema")};
    request_.snapshot = backup->manifest.moment.snapshot;
    SLIPWAY_ASSIGN(auto session, open_session(context_, "forecast", wait_));
    SLIPWAY_TRY(read_stream(session, backup->manifest));
    SLIPWAY_ASSIGN(forecast_.parked, replay::foresee_parked(session, request_, wait_));
    return std::move(forecast_);
  }

private:
  Status read_stream(pg::Session& session, const backup::Manifest& backup) {
    SLIPWAY_ASSIGN(const auto capture, usable_capture(context_, session, backup, wait_));
    forecast_.capture = capture.name;
    if (capture.name.empty()) {
      forecast_.why = capture.obstacles.empty() ? "none was armed" : capture.obstacles;
      return {};
    }
    if (replay::is_key_capture(capture.name)) return read_keys(session, capture, backup);
    replay::ReplayRequest request{.slot = capture.name,
                                  .spool = capture.spool,
                                  .since = capture.since,
                                  .end = 0,
                                  .snapshot = backup.moment.snapshot,
                                  .run = capture.name,
                                  .migration_transactions = capture.migration_transactions};
    SLIPWAY_ASSIGN(request.end, written_so_far(session, wait_));
    SLIPWAY_ASSIGN(const auto have, read_copy(capture));
    SLIPWAY_ASSIGN(const auto stream,
                   replay::forecast(session, request_.before, request, have, wait_));
    if (have > 0 && request.end > have)
      forecast_.behind = static_cast<std::int64_t>(request.end - have);
    note(stream);
    SLIPWAY_ASSIGN(const auto slots, replay::slipway_slots(session, wait_));
    for (const auto& slot : slots) {
      if (slot.name != capture.name) continue;
      forecast_.retained = slot.retained;
      forecast_.safe_to_grow = slot.safe_to_grow;
    }
    return {};
  }

  Status read_keys(pg::Session& session, const UsableCapture& capture,
                   const backup::Manifest& backup) {
    SLIPWAY_ASSIGN(const auto keys,
                   replay::forecast_keys(session, request_.before,
                                         {.schema = context_.config.text("history.schema"),
                                          .snapshot = backup.moment.snapshot,
                                          .migration_transactions = capture.migration_transactions},
                                         wait_));
    note(keys);
    SLIPWAY_ASSIGN(const auto state, replay::key_capture_state(
                                         session, context_.config.text("history.schema"), wait_));
    forecast_.retained = state.bytes;
    return {};
  }

  void note(const replay::Forecast& stream) {
    forecast_.transactions = stream.transactions;
    forecast_.rows = stream.rows;
    forecast_.by_migration = stream.by_migration;
    forecast_.seconds = stream.seconds(k_rows_a_second);
    request_.inserted = stream.inserted;
  }

  // How far the copy is that a deploy keeps in step.
  Result<replay::Lsn> read_copy(const UsableCapture& capture) {
    if (capture.copy.empty() || capture.run != forecast_.run) return replay::Lsn{0};
    SLIPWAY_ASSIGN(auto copy, open_in_target(context_, capture.copy, "forecast", wait_));
    forecast_.copy = capture.copy;
    return replay::replayed_up_to(copy, context_.config.text("history.schema"), capture.name,
                                  wait_);
  }

  const Context& context_;
  const Wait& wait_;
  replay::ForeseeRequest request_;
  RollbackForecast forecast_;
};

} // namespace

Result<RollbackForecast> forecast_rollback(const Context& context, std::int64_t run) {
  return Forecasting(context, run_wait(context)).go(run);
}

Status watch_forecast(const Context& context, std::int64_t run, Millis interval,
                      const std::function<void(const RollbackForecast&)>& show) {
  const auto wait = run_wait(context);
  while (!wait.deadline.passed() && !wait.stop_requested()) {
    auto forecast = Forecasting(context, wait).go(run);
    if (wait.deadline.passed() || wait.stop_requested()) break;
    if (!forecast) return fail(forecast.error());
    show(*forecast);
    os::pause(interval, wait);
  }
  return {};
}

} // namespace slipway::app
