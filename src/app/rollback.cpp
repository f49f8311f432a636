// Takes the newest run back out of the database, and shows that it is gone.
#include "slipway/app/rollback.hpp"

#include "rollback_in_place.hpp"
#include "rollback_parking.hpp"
#include "rollback_path.hpp"
#include "rollback_safe.hpp"
#include "rollback_sequence.hpp"
#include "runner.hpp"
#include "schema_scope.hpp"
#include "usable_capture.hpp"

#include "slipway/rehearse/same_meaning.hpp"
#include "slipway/replay/capture_keys.hpp"
#include "slipway/rollback/assess.hpp"
#include "slipway/rollback/kept_in_trash.hpp"
#include "slipway/schema/fingerprint.hpp"
#include "slipway/schema/redact.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr std::size_t k_shown_differences = 5;

Result<rollback::Assessment> look(const Context& context, pg::Session& session, std::int64_t run,
                                  const Wait& wait) {
  rollback::AssessRequest request{.history_schema = context.config.text("history.schema"),
                                  .run = run};
  SLIPWAY_ASSIGN(request.scope, schema_scope(context, session, wait));
  return rollback::assess(session, request, wait);
}

bool is_still_the_same(const rollback::Assessment& one, const rollback::Assessment& other) {
  const auto same = [](const plan::AppliedMigration& a, const plan::AppliedMigration& b) {
    return a.version == b.version && a.order == b.order && a.state == b.state;
  };
  return one.fingerprint_now == other.fingerprint_now && one.on_top == other.on_top &&
         std::equal(one.migrations.begin(), one.migrations.end(), other.migrations.begin(),
                    other.migrations.end(), same);
}

Status look_at_capture(const Context& context, pg::Session& session, RollbackOutlook& outlook,
                       const Wait& wait) {
  SLIPWAY_ASSIGN(auto kept, usable_capture(context, session, outlook.backup->manifest, wait));
  auto& branches = outlook.decision.branches;
  const auto* const question = "is what was written since it kept?";
  if (kept.name.empty()) {
    branches.push_back(
        {question, fmt::format("no{}: it is found by comparing",
                               kept.obstacles.empty() ? "" : ", " + kept.obstacles)});
    return {};
  }
  const std::string spool = kept.spool.empty() ? "" : " and its spool in " + kept.spool;
  branches.push_back(
      {question,
       fmt::format("yes, by the {} {}{}",
                   replay::is_key_capture(kept.name) ? "keys that triggers noted, of" : "slot",
                   kept.name, spool)});
  outlook.capture = kept.name;
  if (kept.copy.empty()) return {};
  const bool is_of_run = kept.run == outlook.assessment.run.row.id;
  branches.push_back(
      {"is there a copy with the old schema?",
       is_of_run ? fmt::format("yes, {}: nothing is restored", kept.copy)
                 : fmt::format("{} has the schema from before run {}", kept.copy, kept.run)});
  if (is_of_run) outlook.copy = std::move(kept.copy);
  return {};
}

// Without a backup there is no safe path.
void find_backup(const Context& context, RollbackOutlook& outlook) {
  outlook.backup = backup_before(context, outlook.assessment);
  auto& decision = outlook.decision;
  decision.branches.push_back({"is there a backup from before the run?",
                               outlook.backup ? "yes, " + outlook.backup->manifest.name : "no"});
  if (outlook.backup) return;
  decision.path = rollback::Path::person;
  decision.why += "; and there is no backup from before the run";
  decision.next = "slipway rollback --path fast, for the schema alone";
}

// The schema looks the same when something empty stands in the place of what was put aside.
Status prove_taken_back(pg::Session& session, const rollback::Assessment& before_it,
                        const Wait& wait) {
  if (before_it.kept.empty()) return {};
  SLIPWAY_ASSIGN(const auto now, replay::read_relation_map(session, wait));
  const auto left = rollback::not_taken_back(before_it.kept, now);
  if (left.empty()) return {};
  Error error(ErrorCode::part_way, "the migrations are undone, but what they had put aside was not "
                                   "taken back: something new stands in its place");
  for (const auto& one : left)
    error.notes.push_back(fmt::format("{} is still {}", one.object, one.place));
  return fail(std::move(error)
                  .with_hint("what is in the trash is as it was; take it back by hand before the "
                             "trash is emptied")
                  .with_next("slipway trash list"));
}

// The last word is the catalog's.
Status prove(const Context& context, pg::Session& session, const rollback::Assessment& before_it,
             RollbackReport& report, const Wait& wait) {
  SLIPWAY_ASSIGN(auto scope, schema_scope(context, session, wait));
  scope.dependencies = true;
  SLIPWAY_ASSIGN(auto read, inspect::read_schema(session, scope, wait));
  const auto now = schema::without_secrets(std::move(read));
  report.fingerprint = schema::fingerprint(now).text();
  const auto& wanted = before_it.run.fingerprint_before;
  if (!wanted) return {};
  report.proven = *wanted == report.fingerprint;
  if (report.proven) {
    auto back = prove_taken_back(session, before_it, wait);
    report.proven = back.has_value();
    return back;
  }
  Error error(ErrorCode::part_way,
              "the migrations are undone, but the schema is not the one from before the run");
  if (before_it.before)
    for (auto& line : rehearse::told(schema::compare(*before_it.before, now), k_shown_differences))
      error.notes.push_back("differs: " + std::move(line));
  return fail(std::move(error)
                  .with_hint("what differs was changed by something else, or a down script does "
                             "not undo all that its up did")
                  .with_next("slipway drift"));
}

Status check_unchanged(const rollback::Assessment& seen, const rollback::Assessment& now) {
  if (is_still_the_same(seen, now)) return {};
  return fail(
      Error(ErrorCode::check_failed, "what is in the database has changed since it was looked at")
          .with_state("nothing was changed")
          .with_next("slipway rollback"));
}

Status undo(const Context& context, Runner& runner, const RollbackOutlook& outlook,
            RollbackReport& report, const Wait& wait) {
  const auto run = outlook.assessment.run.row.id;
  SLIPWAY_ASSIGN(const auto now, look(context, runner.session(), run, wait));
  SLIPWAY_TRY(check_unchanged(outlook.assessment, now));
  SLIPWAY_ASSIGN(auto history, runner.history(wait));
  std::vector<Version> versions;
  for (const auto& one : now.migrations) versions.push_back(one.version);
  SLIPWAY_TRY(runner.store().read_texts(runner.session(), history, versions, wait));
  SLIPWAY_ASSIGN(const auto plan, rollback::fast_path(history, now, outlook.decision));
  RollbackParking parking(runner, run);
  runner.call_after_begin([&](const plan::Step& step, const plan::Group& group, const Wait& limit) {
    return parking.park(step, group, limit);
  });
  const auto undone = runner.run(plan, report.run, wait);
  runner.call_after_begin({});
  report.parked_beside = parking.parked();
  SLIPWAY_TRY(undone);
  return prove(context, runner.session(), now, report, wait);
}

} // namespace

Result<RollbackOutlook> look_at_rollback(const Context& context, const RollbackRequest& request) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(auto session, open_or_reopen(context, wait));
  RollbackOutlook outlook;
  outlook.request = request;
  SLIPWAY_ASSIGN(outlook.assessment, look(context, session, request.run, wait));
  outlook.decision = rollback::decide(outlook.assessment, request.wish);
  outlook.target = session.describe();
  if (outlook.decision.path == rollback::Path::safe) find_backup(context, outlook);
  if (outlook.decision.path == rollback::Path::safe)
    SLIPWAY_TRY(look_at_place(context, session, outlook, wait));
  if (outlook.decision.path == rollback::Path::safe && outlook.in_place.empty())
    SLIPWAY_TRY(look_at_capture(context, session, outlook, wait));
  SLIPWAY_TRY(look_around(context, session, outlook, wait));
  return outlook;
}

Status take_fast_path(const Context& context, const RollbackOutlook& outlook,
                      RollbackReport& report) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(auto runner, Runner::begin(context, "rollback", wait));
  auto outcome = undo(context, *runner, outlook, report, wait);
  SLIPWAY_ASSIGN(report.run, runner->finish(std::move(report.run), std::move(outcome)));
  return {};
}

Status take_over_backup(const Context& context, const RollbackOutlook& outlook,
                        const backup::Manifest& backup, RollbackReport& report) {
  SLIPWAY_ASSIGN(report.safe, take_safe_path(context, outlook.assessment, backup));
  report.proven = true;
  report.fingerprint = *outlook.assessment.run.fingerprint_before;
  return {};
}

} // namespace slipway::app
