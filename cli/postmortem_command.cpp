// slipway postmortem
#include "app_context.hpp"
#include "result_output.hpp"

#include "slipway/app/postmortem.hpp"

#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

using nlohmann::ordered_json;

ordered_json story_json(const history::RunStory& story) {
  auto statements = ordered_json::array();
  for (const auto& one : story.journal)
    statements.push_back({{"version", one.version.str()},
                          {"direction", std::string(direction_name(one.direction))},
                          {"statement", one.statement},
                          {"state", one.state},
                          {"started_at", one.started_at},
                          {"took_ms", one.took_ms},
                          {"lock_wait_ms", one.lock_wait_ms},
                          {"retries", one.retries},
                          {"rows", one.rows},
                          {"sqlstate", one.sqlstate},
                          {"message", one.message}});
  const auto& run = story.run;
  return {{"run", run.row.id},
          {"kind", run.row.info.kind},
          {"actor", run.row.info.actor},
          {"host", run.row.info.host},
          {"git_sha", run.row.info.git_sha},
          {"started_at", run.row.started_at},
          {"finished_at", run.row.finished_at},
          {"outcome", run.row.outcome},
          {"message", run.message},
          {"fingerprint_before", run.fingerprint_before.value_or("")},
          {"fingerprint_after", run.fingerprint_after.value_or("")},
          {"statements", std::move(statements)}};
}

ordered_json document(const app::Postmortem& found) {
  auto after = ordered_json::array();
  for (const auto& one : found.after) after.push_back(story_json(one));
  auto parked = ordered_json::array();
  for (const auto& one : found.parked)
    parked.push_back({{"table", one.table},
                      {"operation", one.operation},
                      {"rows", one.rows},
                      {"reason", one.reason}});
  const auto* back = found.rollback();
  return {{"target", found.target},
          {"run", story_json(found.story)},
          {"after", std::move(after)},
          {"rolled_back_by", back == nullptr ? 0 : back->run.row.id},
          {"path", back == nullptr     ? "none"
                   : found.over_backup ? "safe"
                                       : "fast"},
          {"backup", found.backup.value_or("")},
          {"parked", std::move(parked)},
          {"kept", found.kept}};
}

Result<int> run(Invocation& invocation, std::int64_t number) {
  SLIPWAY_ASSIGN(const auto found, app::look_into(app_context(invocation), number));
  if (invocation.format == Format::json)
    print_json(invocation.out, document(found));
  else
    invocation.out.write(app::postmortem_text(found));
  return 0;
}

} // namespace

Command postmortem_command() {
  Command command;
  command.name = "postmortem";
  command.summary = "draft what is written down after a night like that";
  command.description =
      "Prints a Markdown draft: what the run did, statement by statement with how long each took, the error, what followed it, how it "
      "went back, over which backup, and the rows that were parked; with blanks for what only people know. Without RUN it is the newest "
      "`up` that failed or was taken back.";
  command.group = "Mend";
  command.settings = target_settings();
  command.settings.emplace_back("backup.store");
  command.examples = {{"slipway postmortem > postmortem.md", "of the newest run that went wrong"},
                      {"slipway postmortem 12", "of that run"}};
  command.exit_statuses = {{3, "there is no such run, or none went wrong"}, {7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    auto number = std::make_shared<std::int64_t>(0);
    app.add_option("run", *number, "The run; without it the newest that went wrong")
        ->check(CLI::PositiveNumber)
        ->type_name("RUN");
    return [number](Invocation& invocation) { return run(invocation, *number); };
  };
  return command;
}

} // namespace slipway::cli
