#include "slipway/os/crash_plan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>
#include <utility>

namespace slipway::os {

namespace {

constexpr std::array<std::pair<CrashPoint, std::string_view>, 42> k_points{{
    {CrashPoint::run_lock_taken, "run.lock_taken"},
    {CrashPoint::run_tables_prepared, "run.tables_prepared"},
    {CrashPoint::run_recorded, "run.recorded"},
    {CrashPoint::transaction_begun, "apply.transaction_begun"},
    {CrashPoint::statement_done, "apply.statement_done"},
    {CrashPoint::before_commit, "apply.before_commit"},
    {CrashPoint::after_commit, "apply.after_commit"},
    {CrashPoint::piecewise_begun, "apply.piecewise_begun"},
    {CrashPoint::journal_started, "apply.journal_started"},
    {CrashPoint::statement_alone_done, "apply.statement_alone_done"},
    {CrashPoint::journal_completed, "apply.journal_completed"},
    {CrashPoint::leftover_found, "apply.leftover_found"},
    {CrashPoint::leftover_removed, "apply.leftover_removed"},
    {CrashPoint::attempt_forgotten, "apply.attempt_forgotten"},
    {CrashPoint::run_steps_done, "run.steps_done"},
    {CrashPoint::run_finished, "run.finished"},
    {CrashPoint::capture_noted, "deploy.capture_noted"},
    {CrashPoint::capture_armed, "deploy.capture_armed"},
    {CrashPoint::deploy_backed_up, "deploy.backed_up"},
    {CrashPoint::copy_kept, "deploy.copy_kept"},
    {CrashPoint::deploy_migrated, "deploy.migrated"},
    {CrashPoint::copy_followed, "deploy.copy_followed"},
    {CrashPoint::spool_written, "spool.written"},
    {CrashPoint::spool_synced, "spool.synced"},
    {CrashPoint::spool_advanced, "spool.advanced"},
    {CrashPoint::capture_slot_dropped, "deploy.capture_slot_dropped"},
    {CrashPoint::writes_replayed, "rollback.writes_replayed"},
    {CrashPoint::database_closed, "rollback.database_closed"},
    {CrashPoint::swap_ready, "rollback.swap_ready"},
    {CrashPoint::swapped, "rollback.swapped"},
    {CrashPoint::backup_begun, "backup.begun"},
    {CrashPoint::backup_schema_stored, "backup.schema_stored"},
    {CrashPoint::backup_rows_stored, "backup.rows_stored"},
    {CrashPoint::backup_parts_stored, "backup.parts_stored"},
    {CrashPoint::backup_stored, "backup.stored"},
    {CrashPoint::fence_noted, "fence.noted"},
    {CrashPoint::fence_up, "fence.up"},
    {CrashPoint::fence_copied, "fence.copied"},
    {CrashPoint::fence_down, "fence.down"},
    {CrashPoint::restore_created, "restore.created"},
    {CrashPoint::restore_loaded, "restore.loaded"},
    {CrashPoint::restore_finished, "restore.finished"},
}};

Error unknown_point(std::string_view text) {
  std::vector<std::string_view> names;
  for (const auto& [point, name] : k_points) names.push_back(name);
  return Error(ErrorCode::configuration,
               fmt::format("SLIPWAY_CRASH_AT names no crash point: {}", text))
      .with_hint(fmt::format("NAME or NAME:N, with one of {}", fmt::join(names, ", ")));
}

} // namespace

std::string_view crash_point_name(CrashPoint point) {
  for (const auto& [one, name] : k_points)
    if (one == point) return name;
  return {};
}

std::vector<CrashPoint> all_crash_points() {
  std::vector<CrashPoint> points;
  for (const auto& [point, name] : k_points) points.push_back(point);
  return points;
}

std::vector<CrashPoint> crash_points_of_runs() {
  std::vector<CrashPoint> points;
  for (const auto& [point, name] : k_points)
    if (name.starts_with("run.") || name.starts_with("apply.")) points.push_back(point);
  return points;
}

Result<CrashPlan> CrashPlan::parse(std::string_view text) {
  CrashPlan plan;
  if (text.empty()) return plan;
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  const auto* found = std::find_if(k_points.begin(), k_points.end(),
                                   [&](const auto& one) { return one.second == name; });
  if (found == k_points.end()) return fail(unknown_point(text));
  plan.point_ = found->first;
  plan.countdown_ = 1;
  if (colon == std::string_view::npos) return plan;
  const auto number = text.substr(colon + 1);
  const auto [end, problem] =
      std::from_chars(number.data(), number.data() + number.size(), plan.countdown_);
  if (problem != std::errc() || end != number.data() + number.size() || plan.countdown_ < 1)
    return fail(unknown_point(text));
  return plan;
}

void CrashPlan::reach(CrashPoint point) {
  if (countdown_ == 0 || point != point_) return;
  if (--countdown_ > 0) return;
  kill(getpid(), SIGKILL);
}

} // namespace slipway::os
