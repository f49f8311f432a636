// The runbook is made of slipway.toml alone, never of the environment: it must come out the same in
// CI and on the machine of whoever writes it.
#include "slipway/app/runbook.hpp"

#include "runbook_sightings.hpp"

#include "slipway/report/runbook.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr std::size_t k_shown_migrations = 8;
constexpr std::string_view k_usual_file = "slipway.toml";

std::string last_name(const std::string& path) {
  const auto at = path.rfind('/');
  return at == std::string::npos ? path : path.substr(at + 1);
}

Result<config::Config> without_environment(const Context& context) {
  config::Inputs inputs;
  inputs.file_path = context.config.file_path();
  inputs.working_directory = context.config.working_directory();
  inputs.look_for_file = !inputs.file_path.empty();
  return config::settle(inputs, context.files);
}

report::RunbookConnection connection_of(const config::Config& config, const std::string& variable) {
  using Kind = report::RunbookConnection::Kind;
  if (auto url = config.text("target.url"); !url.empty())
    return {.kind = Kind::text, .what = std::move(url)};
  if (auto file = config.text("target.url_file"); !file.empty())
    return {.kind = Kind::file, .what = std::move(file)};
  if (auto words = config.text_list("target.url_command"); !words.empty())
    return {.kind = Kind::program, .what = {}, .words = std::move(words)};
  if (variable == k_pg_variables) return {.kind = Kind::pg_variables, .what = {}};
  return variable.empty() ? report::RunbookConnection()
                          : report::RunbookConnection{.kind = Kind::variable, .what = variable};
}

Result<report::RunbookFacts> facts_of(const Context& context, report::RunbookSightings seen) {
  SLIPWAY_ASSIGN(const auto config, without_environment(context));
  report::RunbookFacts facts;
  if (const auto file = last_name(config.file_path()); !file.empty() && file != k_usual_file)
    facts.config_option = "--config " + report::shell_words({file});
  facts.connection = connection_of(config, seen.variable);
  facts.backup_store = config.text("backup.store");
  facts.backs_up_on_deploy = config.boolean("deploy.backup");
  facts.capture = config.text("deploy.capture");
  facts.application = config.text_list("deploy.application");
  facts.previous_application = config.text_list("deploy.previous_application");
  facts.health = config.text_list("deploy.health");
  facts.alert = config.text_list("deploy.alert");
  facts.freeze = config.text_list("rollback.freeze");
  facts.stop = config.text_list("rollback.stop");
  facts.unfreeze = config.text_list("rollback.unfreeze");
  if (config.duration("rollback.budget").count() > 0) facts.budget = config.text("rollback.budget");
  SLIPWAY_ASSIGN(const auto folder,
                 source::read_folder(context.files, context.config.path("migrations.folder")));
  SLIPWAY_ASSIGN(facts.migrations, report::runbook_migrations(folder, k_shown_migrations));
  facts.seen = std::move(seen);
  return facts;
}

// Empty when there is none yet.
Result<std::string> runbook_there(const Context& context, const std::string& path) {
  if (!context.files.exists(path)) return std::string();
  SLIPWAY_ASSIGN(auto text, context.files.read(path));
  if (report::sightings_in(text) || !report::log_in(text).empty()) return text;
  return fail(Error(ErrorCode::check_failed, path + " was not written by slipway runbook")
                  .with_hint("give another file with --output or runbook.output")
                  .with_state("nothing was written"));
}

Result<RunbookWritten> write(const Context& context, const std::string& old_text,
                             report::RunbookSightings seen,
                             const std::optional<report::Rehearsal>& rehearsal) {
  RunbookWritten written{.path = context.config.path("runbook.output"),
                         .was_there = !old_text.empty()};
  SLIPWAY_ASSIGN(const auto facts, facts_of(context, std::move(seen)));
  std::string log(report::log_in(old_text));
  if (rehearsal) log = report::with_rehearsal(log, *rehearsal);
  SLIPWAY_TRY(context.files.write(
      written.path, context.masker.mask(report::runbook_text(facts, log)), Overwrite::yes));
  return written;
}

std::string line_of(std::string_view text, std::size_t number) {
  for (; number > 1; --number) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  return std::string(text.substr(0, text.find('\n')));
}

void compare(RunbookCheck& check, std::string_view found, std::string_view wanted) {
  check.is_stale = found != wanted;
  if (!check.is_stale) return;
  const auto same = std::mismatch(found.begin(), found.end(), wanted.begin(), wanted.end());
  check.line = 1 + static_cast<std::size_t>(std::count(found.begin(), same.first, '\n'));
  check.found = line_of(found, check.line);
  check.wanted = line_of(wanted, check.line);
}

} // namespace

Result<RunbookWritten> write_runbook(const Context& context,
                                     const std::optional<report::Rehearsal>& rehearsal) {
  SLIPWAY_ASSIGN(const auto old_text,
                 runbook_there(context, context.config.path("runbook.output")));
  auto seen = report::sightings_in(old_text).value_or(report::RunbookSightings());
  const auto not_asked = look_around(context, seen);
  SLIPWAY_ASSIGN(auto written, write(context, old_text, std::move(seen), rehearsal));
  written.not_asked = not_asked;
  return written;
}

Result<RunbookWritten> note_rehearsal(const Context& context, const report::Rehearsal& rehearsal) {
  SLIPWAY_ASSIGN(const auto old_text,
                 runbook_there(context, context.config.path("runbook.output")));
  return write(context, old_text,
               report::sightings_in(old_text).value_or(report::RunbookSightings()), rehearsal);
}

Result<RunbookCheck> check_runbook(const Context& context) {
  RunbookCheck check{.path = context.config.path("runbook.output")};
  SLIPWAY_ASSIGN(const auto found, runbook_there(context, check.path));
  check.is_missing = found.empty();
  if (check.is_missing) return check;
  SLIPWAY_ASSIGN(const auto facts, facts_of(context, report::sightings_in(found).value_or(
                                                         report::RunbookSightings())));
  compare(check, found, context.masker.mask(report::runbook_text(facts, report::log_in(found))));
  return check;
}

} // namespace slipway::app
