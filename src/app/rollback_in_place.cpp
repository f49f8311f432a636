// The safe path where the role may not make another database: whether it is taken, and its scene.
#include "rollback_in_place.hpp"

#include "backup_work.hpp"
#include "rollback_safe.hpp"
#include "schema_scope.hpp"

#include "slipway/app/target.hpp"
#include "slipway/rollback/in_place.hpp"
#include "slipway/rollback/in_place_obstacles.hpp"
#include "slipway/rollback/rights.hpp"

#include <fmt/format.h>

namespace slipway::app {

Result<Place> place_of_way_back(const Context& context, pg::Session& session, const Wait& wait) {
  Place place;
  const auto& wanted = context.config.text("rollback.restore");
  SLIPWAY_ASSIGN(place.rights, rollback::read_rights(session, wait));
  if (wanted == "in-place") place.why = "rollback.restore says so";
  if (wanted == "auto") place.why = rollback::why_not_beside(place.rights);
  return place;
}

Result<bool> is_restored_in_place(const Context& context) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(auto session, open_or_reopen(context, wait));
  SLIPWAY_ASSIGN(const auto place, place_of_way_back(context, session, wait));
  return !place.why.empty();
}

Status look_at_place(const Context& context, pg::Session& session, RollbackOutlook& outlook,
                     const Wait& wait) {
  SLIPWAY_ASSIGN(auto place, place_of_way_back(context, session, wait));
  if (place.why.empty()) return {};
  auto& branches = outlook.decision.branches;
  branches.push_back({"may the backup be a database of its own?",
                      fmt::format("no, {}: it is restored in place, into schemas beside the broken "
                                  "ones",
                                  place.why)});
  branches.push_back({"is what was written since it kept?",
                      "in place it is found by comparing, whatever was kept"});
  outlook.in_place = std::move(place.why);
  return {};
}

Result<std::vector<rollback::Obstacle>>
obstacles_to_way_back(const Context& context, pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto place, place_of_way_back(context, session, wait));
  std::vector<rollback::Obstacle> found;
  for (auto& line : rollback::told(place.rights))
    if (!place.why.empty() || !place.rights.service.empty())
      found.push_back({.stops_it = false,
                       .message = std::move(line),
                       .hint = "docs/guide/rollback.md says what follows from it"});
  if (place.why.empty()) {
    SLIPWAY_ASSIGN(const auto more,
                   rollback::obstacles_to_safe_path(session, session.database(), wait));
    found.insert(found.end(), more.begin(), more.end());
    return found;
  }
  found.push_back(
      {.stops_it = false,
       .message = fmt::format("a rollback over a backup is made in place: {}", place.why),
       .hint = "it takes the room of the database twice, in the database itself"});
  SLIPWAY_ASSIGN(const auto scope, schema_scope(context, session, wait));
  SLIPWAY_ASSIGN(const auto schema, inspect::read_schema(session, scope, wait));
  SLIPWAY_ASSIGN(const auto more,
                 rollback::obstacles_in_place(
                     session, {.scope = scope, .before = &schema, .now = nullptr}, wait));
  found.insert(found.end(), more.begin(), more.end());
  return found;
}

Result<rollback::SafePathReport> take_path_in_place(const Context& context,
                                                    const rollback::Assessment& assessment,
                                                    const backup::Manifest& backup) {
  SLIPWAY_ASSIGN(const auto scene, set_safe_path(context, assessment, backup, context.events));
  if (!assessment.before)
    return fail(
        Error(ErrorCode::check_failed, "the history does not hold the schema from before the run")
            .with_hint("history.snapshots must be above 0 when the run begins")
            .with_state("nothing was changed"));
  const rollback::InPlaceRequest request{
      .path = *scene->request,
      .backup = backup.name,
      .before = &*assessment.before,
      .now = &assessment.now,
      .restore = [&](const backup::SchemaRestoreRequest& wanted, const Wait& wait) {
        return schema_restore_of(context, scene->backup, wanted, wait);
      }};
  SLIPWAY_ASSIGN(auto report, rollback::take_path_in_place(request, run_wait(context)));
  if (!scene->request->capture.empty())
    context.events.on_event(event::Warning{
        .message = fmt::format("the slot {} is still there; in place it is not needed",
                               scene->request->capture),
        .hint = "slipway deploy confirm"});
  return report;
}

} // namespace slipway::app
