// What `slipway rollback` prints.
#include "rollback_output.hpp"

#include "slipway/base/duration.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::cli {

namespace {

using nlohmann::ordered_json;

std::string_view state_name(plan::AppliedState state) {
  switch (state) {
  case plan::AppliedState::applied:
    return "applied";
  case plan::AppliedState::applying:
    return "half applied";
  case plan::AppliedState::undoing:
    break;
  }
  return "half undone";
}

std::string run_line(const history::RunDetails& run) {
  std::string line = fmt::format("run {}: up by {} on {}, {}", run.row.id, run.row.info.actor,
                                 run.row.info.host, run.row.started_at);
  if (!run.row.info.git_sha.empty()) line += ", commit " + run.row.info.git_sha;
  line += ", " + (run.row.outcome.empty() ? std::string("interrupted") : run.row.outcome);
  return line + "\n";
}

std::string failure_lines(const history::RunDetails& run) {
  std::string text;
  if (run.failed)
    text += fmt::format("failed at: statement {} of {}, {} {}\n", run.failed->number,
                        run.failed->version.str(), run.failed->sqlstate, run.failed->message);
  else if (!run.message.empty())
    text += "failed with: " + run.message + "\n";
  return text;
}

ordered_json migrations_json(const rollback::Assessment& assessment) {
  auto list = ordered_json::array();
  for (const auto& one : assessment.migrations)
    list.push_back({{"version", one.version.str()},
                    {"name", one.name},
                    {"state", std::string(state_name(one.state))}});
  return list;
}

ordered_json kept_json(const rollback::Assessment& assessment) {
  auto list = ordered_json::array();
  for (const auto& one : assessment.kept)
    list.push_back({{"object", one.object}, {"place", one.place}});
  return list;
}

ordered_json losses_json(const rollback::Assessment& assessment) {
  auto list = ordered_json::array();
  for (const auto& one : assessment.losses)
    list.push_back({{"object", one.object}, {"message", one.message}});
  return list;
}

ordered_json tree_json(const rollback::Decision& decision) {
  auto list = ordered_json::array();
  for (const auto& one : decision.branches)
    list.push_back({{"question", one.question}, {"answer", one.answer}});
  return list;
}

ordered_json counts_json(const replay::SyncCounts& counts) {
  return {{"inserted", counts.inserted},
          {"updated", counts.updated},
          {"removed", counts.removed},
          {"filled_with_defaults", counts.unknown_filled}};
}

ordered_json safe_json(const rollback::SafePathReport& safe) {
  auto dropped = ordered_json::array();
  for (const auto& one : safe.carried.dropped) dropped.push_back(one.quoted());
  ordered_json json = {{"kept", safe.broken},
                       {"carried", counts_json(safe.carried.total())},
                       {"parked", safe.parked},
                       {"not_known_of", std::move(dropped)},
                       {"over_kept_copy", safe.over_kept_copy},
                       {"in_place", safe.in_place},
                       {"restoring_ms", safe.restoring.count()},
                       {"carrying_ms", safe.carrying.count()},
                       {"closed_ms", safe.closed.count()}};
  if (safe.replayed)
    json["replayed"] = {{"transactions", safe.replayed->transactions},
                        {"rows", safe.replayed->rows},
                        {"parked", safe.replayed->parked}};
  return json;
}

// Nothing that did not come back goes without a line.
std::string safe_text(const app::RollbackOutlook& outlook, const rollback::SafePathReport& safe) {
  const auto& seen = outlook.assessment;
  const auto total = safe.carried.total();
  std::string text =
      fmt::format("rolled back: {} is as it was before run {}, with what was written since\n"
                  "  carried  {} rows inserted, {} updated, {} removed\n",
                  seen.database, seen.run.row.id, total.inserted, total.updated, total.removed);
  if (total.unknown_filled > 0)
    text += fmt::format("  filled   {} new rows got defaults for columns that the run dropped\n",
                        total.unknown_filled);
  if (safe.parked > 0)
    text += fmt::format("  parked   {} rows that the old schema cannot hold: table parked in the "
                        "history's schema\n",
                        safe.parked);
  for (const auto& one : safe.carried.dropped)
    text += fmt::format("  unknown  what was written to {} between the backup and the run, which "
                        "dropped it\n",
                        one.quoted());
  for (const auto& one : safe.reconciled.notes) text += "  note     " + one + "\n";
  for (const auto& one : safe.verified.unchecked) text += "  unchecked " + one + "\n";
  text +=
      fmt::format("  closed   {:.1f} s\n  kept     {}, which can be read; slipway rollback "
                  "cleanup --run {} drops it\n",
                  static_cast<double>(safe.closed.count()) / 1000.0, safe.broken, seen.run.row.id);
  return text;
}

ordered_json steps_json(const std::vector<app::RollbackStepDone>& steps) {
  auto list = ordered_json::array();
  for (const auto& one : steps)
    list.push_back({{"step", one.step},
                    {"outcome", one.done ? "done" : "failed"},
                    {"duration_ms", one.duration.count()}});
  return list;
}

ordered_json done_json(const app::RunReport& run) {
  auto list = ordered_json::array();
  for (const auto& one : run.done)
    list.push_back({{"version", one.version.str()},
                    {"name", one.name},
                    {"direction", std::string(direction_name(one.direction))},
                    {"duration_ms", one.duration_ms}});
  return list;
}

ordered_json parked_json(const std::vector<replay::ParkedDrop>& parked) {
  auto list = ordered_json::array();
  for (const auto& one : parked)
    list.push_back({{"schema", one.table.schema},
                    {"table", one.table.name},
                    {"columns", one.columns},
                    {"rows", one.rows}});
  return list;
}

std::string parked_text(const app::RollbackOutlook& outlook,
                        const std::vector<replay::ParkedDrop>& parked) {
  std::string text;
  for (const auto& one : parked)
    text += fmt::format("  parked   {} rows of {}: {}\n", one.rows, one.table.quoted(),
                        one.columns.empty() ? "the old schema has no such table"
                                            : fmt::format("the old schema has no {}",
                                                          fmt::join(one.columns, ", ")));
  if (!text.empty())
    text += fmt::format("  they are in the table parked of the history's schema, run {}\n",
                        outlook.assessment.run.row.id);
  return text;
}

} // namespace

std::string outlook_text(const app::RollbackOutlook& outlook) {
  const auto& seen = outlook.assessment;
  std::string text = run_line(seen.run) + failure_lines(seen.run);
  text += fmt::format("database: {}, {} other session{} connected\n", seen.database,
                      seen.other_sessions, seen.other_sessions == 1 ? "" : "s");
  if (!outlook.application.empty()) text += "application: " + outlook.application + "\n";
  for (const auto& one : seen.migrations)
    text += fmt::format("  {:<12} {} {}\n", state_name(one.state), one.version.str(), one.name);
  text += "\n";
  std::size_t widest = 0;
  for (const auto& one : outlook.decision.branches) widest = std::max(widest, one.question.size());
  for (const auto& one : outlook.decision.branches)
    text += fmt::format("{:<{}}  {}\n", one.question, widest, one.answer);
  for (const auto& one : seen.losses) text += "  lost: " + one.object + ": " + one.message + "\n";
  text +=
      fmt::format("=> {}: {}\n", rollback::path_name(outlook.decision.path), outlook.decision.why);
  if (!outlook.decision.next.empty()) text += "   next: " + outlook.decision.next + "\n";
  if (!outlook.left_over.empty())
    text += fmt::format("   left by the rollback that was interrupted: {}\n",
                        fmt::join(outlook.left_over, ", "));
  if (outlook.estimate.count() > 0)
    text += fmt::format("   about {}{}\n", format_duration(outlook.estimate),
                        outlook.budget.count() > 0 ? " of the " + format_duration(outlook.budget) +
                                                         " that rollback.budget gives"
                                                   : "");
  return text;
}

std::string rollback_text(const app::RollbackOutlook& outlook, const app::RollbackReport& report) {
  const auto run = outlook.assessment.run.row.id;
  if (outlook.decision.path == rollback::Path::none)
    return outlook.left_over.empty() ? "nothing to roll back\n"
                                     : fmt::format("ended the rollback of run {}: {}\n", run,
                                                   fmt::join(outlook.left_over, ", "));
  if (report.safe)
    return safe_text(outlook, *report.safe) + parked_text(outlook, report.parked_beside);
  if (report.proven)
    return fmt::format("rolled back: the schema is the one from before run {} ({})\n", run,
                       report.fingerprint) +
           parked_text(outlook, report.parked_beside);
  return fmt::format("undone, and not proven: nobody kept the fingerprint from before run {}\n",
                     run) +
         parked_text(outlook, report.parked_beside);
}

ordered_json rollback_json(const app::RollbackOutlook& outlook, const app::RollbackReport* report) {
  const auto& seen = outlook.assessment;
  ordered_json body = {{"target", outlook.target},
                       {"run", seen.run.row.id},
                       {"outcome", seen.run.row.outcome},
                       {"database", seen.database},
                       {"other_sessions", seen.other_sessions},
                       {"migrations", migrations_json(seen)},
                       {"losses", losses_json(seen)},
                       {"kept_in_trash", kept_json(seen)},
                       {"tree", tree_json(outlook.decision)},
                       {"path", std::string(rollback::path_name(outlook.decision.path))},
                       {"why", outlook.decision.why}};
  if (!outlook.decision.next.empty()) body["next"] = outlook.decision.next;
  if (!outlook.application.empty()) body["application"] = outlook.application;
  if (!outlook.left_over.empty()) body["left_over"] = outlook.left_over;
  if (outlook.estimate.count() > 0) body["estimate_ms"] = outlook.estimate.count();
  if (outlook.budget.count() > 0) body["budget_ms"] = outlook.budget.count();
  if (outlook.backup) body["backup"] = outlook.backup->manifest.name;
  if (report == nullptr) return body;
  body["rollback_run"] = report->run.run;
  body["done"] = done_json(report->run);
  if (report->safe) body["safe"] = safe_json(*report->safe);
  body["parked_beside"] = parked_json(report->parked_beside);
  body["steps"] = steps_json(report->steps);
  body["elapsed_ms"] = report->elapsed.count();
  body["proven"] = report->proven;
  body["fingerprint"] = report->fingerprint;
  return body;
}

} // namespace slipway::cli
