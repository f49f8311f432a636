// slipway runbook
#include "app_context.hpp"
#include "result_output.hpp"

#include "slipway/app/runbook.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

Result<int> write(Invocation& invocation) {
  SLIPWAY_ASSIGN(const auto written, app::write_runbook(app_context(invocation)));
  if (!written.not_asked.empty())
    invocation.events.on_event(
        event::Warning{.message = "the database was not asked: " + written.not_asked,
                       .hint = "what an earlier runbook knew of it stays"});
  if (invocation.format == Format::json)
    print_json(invocation.out, {{"file", written.path},
                                {"was_there", written.was_there},
                                {"database_asked", written.not_asked.empty()}});
  else
    invocation.out.line(fmt::format("wrote {}{}", written.path,
                                    written.was_there ? " again; its rehearsal log stays" : ""));
  return 0;
}

void print_verdict(Invocation& invocation, const app::RunbookCheck& check) {
  auto& out = invocation.out;
  const auto shown = [&](const std::string& text) { return observe::printable(out.masked(text)); };
  if (check.is_missing) return out.line(check.path + " is not there; run: slipway runbook");
  if (!check.is_stale) return out.line(check.path + " is what slipway runbook would write");
  out.line(fmt::format("{} is stale, from line {} on:", check.path, check.line));
  out.line("  it says         " + shown(check.found));
  out.line("  it should say   " + shown(check.wanted));
  out.line("run: slipway runbook");
}

Result<int> check(Invocation& invocation) {
  SLIPWAY_ASSIGN(const auto found, app::check_runbook(app_context(invocation)));
  const bool good = !found.is_missing && !found.is_stale;
  if (invocation.format == Format::json) {
    print_json(invocation.out, {{"file", found.path},
                                {"missing", found.is_missing},
                                {"stale", found.is_stale},
                                {"line", found.line}});
  } else {
    print_verdict(invocation, found);
  }
  return good ? 0 : exit_status(ErrorCode::check_failed);
}

} // namespace

Command runbook_command() {
  Command command;
  command.name = "runbook";
  command.summary = "write what to do at night when a migration must go back";
  command.description =
      "Writes migration-rollback.md beside slipway.toml: assessment, decision, fast path, safe path, the previous version of the "
      "application, what is checked afterwards, and the log of rehearsals. It has the commands, hooks and names of this very project, "
      "and how long things took when they were last done. Somebody who has never seen slipway can follow it.\n\n"
      "The rehearsal log stays when it is written again; `slipway drill` adds to it. Without a database, what an earlier runbook knew "
      "of it stays.\n\n"
      "--check writes nothing, needs no database, and exits 3 when the file is not what would be written: the settings, the hooks or "
      "the newest migrations have changed.";
  command.group = "Mend";
  command.settings = target_settings();
  command.settings.emplace_back("runbook.output");
  command.examples = {{"slipway runbook", "write it, to be committed"},
                      {"slipway runbook --check", "in CI: nobody forgot to"}};
  command.exit_statuses = {
      {3, "--check: the file is stale or not there; else: another file is in its place"}};
  command.configure = [](CLI::App& app) -> Run {
    auto only_check = std::make_shared<bool>(false);
    app.add_flag("--check", *only_check, "Write nothing; exit 3 when the file is stale");
    return [only_check](Invocation& invocation) -> Result<int> {
      return *only_check ? check(invocation) : write(invocation);
    };
  };
  return command;
}

} // namespace slipway::cli
