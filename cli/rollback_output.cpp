// What `slipway rollback` prints.
#include "rollback_output.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fmt/format.h>

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

ordered_json done_json(const app::RunReport& run) {
  auto list = ordered_json::array();
  for (const auto& one : run.done)
    list.push_back({{"version", one.version.str()},
                    {"name", one.name},
                    {"direction", std::string(direction_name(one.direction))},
                    {"duration_ms", one.duration_ms}});
  return list;
}

} // namespace

std::string outlook_text(const app::RollbackOutlook& outlook) {
  const auto& seen = outlook.assessment;
  std::string text = run_line(seen.run) + failure_lines(seen.run);
  text += fmt::format("database: {}, {} other session{} connected\n", seen.database,
                      seen.other_sessions, seen.other_sessions == 1 ? "" : "s");
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
  return text;
}

std::string rollback_text(const app::RollbackOutlook& outlook, const app::RollbackReport& report) {
  if (outlook.decision.path == rollback::Path::none) return "nothing to roll back\n";
  const auto run = outlook.assessment.run.row.id;
  if (report.proven)
    return fmt::format("rolled back: the schema is the one from before run {} ({})\n", run,
                       report.fingerprint);
  return fmt::format("undone, and not proven: nobody kept the fingerprint from before run {}\n",
                     run);
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
                       {"tree", tree_json(outlook.decision)},
                       {"path", std::string(rollback::path_name(outlook.decision.path))},
                       {"why", outlook.decision.why}};
  if (!outlook.decision.next.empty()) body["next"] = outlook.decision.next;
  if (report == nullptr) return body;
  body["rollback_run"] = report->run.run;
  body["done"] = done_json(report->run);
  body["proven"] = report->proven;
  body["fingerprint"] = report->fingerprint;
  return body;
}

} // namespace slipway::cli
