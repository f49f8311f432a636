// slipway deploy
#include "app_context.hpp"
#include "result_output.hpp"

#include "slipway/app/deploy.hpp"
#include "slipway/app/deploy_spool.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

namespace slipway::cli {

namespace {

nlohmann::ordered_json outlook_json(const app::WayBackOutlook& outlook) {
  auto obstacles = nlohmann::ordered_json::array();
  for (const auto& one : outlook.obstacles)
    obstacles.push_back({{"stops_it", one.stops_it}, {"message", one.message}, {"hint", one.hint}});
  auto writes = nlohmann::ordered_json::array();
  for (const auto& one : outlook.unreturnable)
    writes.push_back({{"object", one.object},
                      {"fate", std::string(rollback::fate_name(one.fate))},
                      {"message", one.message}});
  return {{"obstacles", std::move(obstacles)},
          {"writes", std::move(writes)},
          {"kept_in_trash", outlook.kept},
          {"not_predicted", outlook.not_predicted}};
}

constexpr int k_says_no = 3;

std::string told(const app::CaptureOutlook& capture) {
  if (capture.is_refused)
    return fmt::format("the deploy would be refused, for deploy.capture is {}: {}{}", capture.kind,
                       capture.why, capture.hint.empty() ? "" : " (" + capture.hint + ")");
  if (capture.kind == "none")
    return fmt::format("capture: none, since {}; a rollback would compare", capture.why);
  return fmt::format("capture: {}{}", capture.kind,
                     capture.room.empty() ? "" : "; " + capture.room);
}

Result<int> dry_run(Invocation& invocation) {
  SLIPWAY_ASSIGN(const auto seen, app::look_before_deploy(app_context(invocation)));
  const int status = seen.capture.is_refused ? k_says_no : 0;
  if (invocation.format == Format::json) {
    auto pending = nlohmann::ordered_json::array();
    for (const auto& one : seen.plan.steps) pending.push_back(one.migration.version.str());
    print_json(invocation.out, {{"pending", std::move(pending)},
                                {"capture",
                                 {{"kind", seen.capture.kind},
                                  {"why", seen.capture.why},
                                  {"hint", seen.capture.hint},
                                  {"room", seen.capture.room},
                                  {"refused", seen.capture.is_refused}}},
                                {"way_back", outlook_json(seen.way_back)}});
    return status;
  }
  const auto count = seen.plan.steps.size();
  invocation.out.write(fmt::format("pending: {} migration{}\n", count, count == 1 ? "" : "s"));
  for (const auto& one : seen.plan.steps)
    invocation.out.line(fmt::format("  {} {}", one.migration.version.str(), one.migration.name));
  if (count > 0) invocation.out.line(told(seen.capture));
  for (const auto& line : app::told(seen.way_back)) invocation.out.line(line);
  return status;
}

int print(Invocation& invocation, const app::DeployReport& report) {
  if (invocation.format == Format::json) {
    auto done = nlohmann::ordered_json::array();
    for (const auto& one : report.run.done) done.push_back(one.version.str());
    print_json(invocation.out, {{"run", report.run.run},
                                {"applied", std::move(done)},
                                {"backup", report.backup.value_or("")},
                                {"capture", report.capture},
                                {"capture_why", report.capture_why},
                                {"confirmed", report.confirmed},
                                {"way_back", outlook_json(report.outlook)},
                                {"health_checks", report.health_checks}});
    return 0;
  }
  const auto count = report.run.done.size();
  invocation.out.write(fmt::format("deployed: {} migration{} applied{}{}\n", count,
                                   count == 1 ? "" : "s",
                                   report.backup ? ", backup " + *report.backup : "",
                                   report.health_checks > 0 ? ", healthy" : ""));
  if (!report.capture.empty())
    invocation.out.write(
        fmt::format("{} stays armed, and keeps {}, until: slipway deploy confirm\n", report.capture,
                    report.by_triggers ? "the keys of what is written" : "write-ahead log"));
  return 0;
}

Result<int> confirm(Invocation& invocation) {
  SLIPWAY_ASSIGN(const auto confirmed, app::confirm_deploy(app_context(invocation)));
  if (invocation.format == Format::json) {
    print_json(invocation.out, {{"dropped", confirmed.dropped},
                                {"trash", confirmed.trash},
                                {"emptied", confirmed.emptied}});
    return 0;
  }
  for (const auto& one : confirmed.dropped)
    invocation.out.write(fmt::format("confirmed: {} is dropped\n", one));
  if (confirmed.dropped.empty()) invocation.out.write("confirmed: nothing was armed\n");
  for (const auto& one : confirmed.emptied)
    invocation.out.line(fmt::format("dropped for good: {}", one));
  for (const auto& one : confirmed.trash)
    invocation.out.line(fmt::format("still in the trash: {}", one));
  if (!confirmed.trash.empty())
    invocation.out.line(
        fmt::format("drop it for good: slipway trash empty --run {}", confirmed.trash_run));
  return 0;
}

int print(Invocation& invocation, const app::CaptureWatch& watch) {
  if (invocation.format == Format::json) {
    auto kept = nlohmann::ordered_json::array();
    for (const auto& one : watch.kept) kept.push_back({{"name", one.name}, {"why", one.why}});
    print_json(invocation.out, {{"busy", watch.busy},
                                {"kept", std::move(kept)},
                                {"dropped", watch.dropped},
                                {"alarms", watch.alarms}});
  } else {
    if (!watch.busy.empty()) invocation.out.line("not looked at: " + watch.busy);
    for (const auto& one : watch.dropped) invocation.out.line("dropped: " + one);
    for (const auto& one : watch.kept)
      invocation.out.line(fmt::format("kept: {}, {}", one.name, one.why));
    for (const auto& one : watch.alarms) invocation.out.line("alarm: " + one);
    if (watch.busy.empty() && watch.dropped.empty() && watch.kept.empty())
      invocation.out.line("nothing is armed");
  }
  return watch.alarms.empty() ? 0 : k_says_no;
}

constexpr double k_megabyte = 1e6;

Result<int> spool(Invocation& invocation, app::SpoolUntil until) {
  SLIPWAY_ASSIGN(const auto report, app::spool_deploy(app_context(invocation), until));
  if (invocation.format == Format::json)
    print_json(invocation.out, {{"capture", report.capture},
                                {"folder", report.folder},
                                {"up_to", report.up_to},
                                {"transactions", report.transactions},
                                {"in_all", report.in_all},
                                {"bytes", report.bytes}});
  else if (report.capture.empty())
    invocation.out.line("nothing is armed");
  else
    invocation.out.line(
        fmt::format("{}: {} transactions spooled up to {}, {} in all, {:.1f} MB in {}",
                    report.capture, report.transactions, report.up_to, report.in_all,
                    static_cast<double>(report.bytes) / k_megabyte, report.folder));
  return 0;
}

} // namespace

Command deploy_command() {
  Command command;
  command.name = "deploy";
  command.summary = "backup, migrate, check health; on failure roll back";
  command.description =
      "When anything is pending: a slot, or triggers, for what is written from then on (deploy.capture), a backup labelled "
      "with the commit, then what `up` does. The backup holds what the migrations could take away: the schema alone when they only add, the "
      "tables whose rows they change, or everything when their text does not tell. It is said which, and why. Then "
      "deploy.application brings the new version of the application, and deploy.health has to succeed deploy.health_times in a row "
      "within deploy.health_within, and stay so while the deploy bakes (deploy.bake). With no bake the slot stays armed until "
      "slipway deploy confirm where the server bounds what slots keep (max_slot_wal_keep_size), and goes with the deploy elsewhere. `deploy spool` "
      "takes what the slot keeps into files below deploy.spool_folder, so that the server can forget it; with deploy.capture = spool the "
      "deploy does that by itself while it bakes.\n\n"
      "When any of it fails, just this run is rolled back, as `rollback` would: in place, or over the backup with the writes made "
      "since. Then deploy.previous_application and deploy.alert run. Each of these is a list of a program and its arguments; no "
      "shell is involved. They find SLIPWAY_DEPLOY_OUTCOME (up, failed, rolled_back, part_way), SLIPWAY_DEPLOY_RUN and "
      "SLIPWAY_DEPLOY_BACKUP in their environment.";
  command.group = "Run";
  command.settings = run_settings();
  command.settings.emplace_back("deploy.capture");
  command.settings.emplace_back("deploy.bake");
  command.settings.emplace_back("deploy.spool_folder");
  command.settings.emplace_back("deploy.spool_every");
  command.settings.emplace_back("deploy.grace");
  command.examples = {
      {"slipway deploy", "in the last job of a pipeline"},
      {"slipway deploy --dry-run", "what is pending, and what of it could not be taken back"},
      {"slipway deploy --bake 10min", "watch for ten minutes, then let the way back go"},
      {"slipway deploy confirm", "it is good: drop the slot that was kept for a rollback"},
      {"slipway deploy spool --once",
       "from a timer: take what the slot keeps into local files, so that the server can forget it"},
      {"slipway deploy watchdog", "from a timer: drop what nobody confirmed for deploy.grace"},
      {"slipway deploy --json", "what was done, for a program"}};
  command.exit_statuses = {
      {1, "failed; the run had changed nothing"},
      {3,
       "a check says no, or the application was not healthy and nothing was applied; from --dry-run: the deploy would be refused for its capture; from watchdog: a slot is lost, or soon will be"},
      {4, "failed, and the database is as it was"},
      {5, "failed, and the rollback, too: what is in the database is said"},
      {6, "another slipway or a lock was in the way for too long"},
      {7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    auto full = std::make_shared<bool>(false);
    auto only_look = std::make_shared<bool>(false);
    app.require_subcommand(0, 1);
    app.add_flag("-n,--dry-run", *only_look,
                 "Say what is pending and what of it could not be taken back, and change nothing");
    app.add_flag("--full", *full, "A backup of everything, whatever the migrations do");
    CLI::App* confirmation =
        app.add_subcommand("confirm", "drop what was kept for a rollback of the last deploy");
    CLI::App* watchdog = app.add_subcommand(
        "watchdog", "drop what dead or unconfirmed deploys have left for longer than deploy.grace");
    CLI::App* spooling = app.add_subcommand(
        "spool",
        "take what the slot of the last deploy keeps into local files, until it is confirmed");
    auto once = std::make_shared<bool>(false);
    spooling->add_flag("--once", *once, "Take what is there now, and end");
    return [full, only_look, once, confirmation, watchdog,
            spooling](Invocation& invocation) -> Result<int> {
      if (confirmation->parsed()) return confirm(invocation);
      if (spooling->parsed())
        return spool(invocation, *once ? app::SpoolUntil::now : app::SpoolUntil::confirmed);
      if (watchdog->parsed()) {
        SLIPWAY_ASSIGN(const auto watch, app::watch_captures(app_context(invocation)));
        return print(invocation, watch);
      }
      if (*only_look) return dry_run(invocation);
      SLIPWAY_ASSIGN(const auto report,
                     app::deploy(app_context(invocation), *full ? app::Full::yes : app::Full::no));
      return print(invocation, report);
    };
  };
  return command;
}

} // namespace slipway::cli
