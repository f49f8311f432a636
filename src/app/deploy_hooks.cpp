// The programs that a project puts around its migrations.
#include "deploy_hooks.hpp"

#include "slipway/base/text.hpp"
#include "slipway/os/clock.hpp"
#include "slipway/os/process.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::app {

namespace {

using Variables = std::map<std::string, std::string>;

os::Command command_of(const Context& context, const std::string& setting,
                       const Variables& environment) {
  os::Command command;
  command.arguments = context.config.text_list(setting);
  command.environment = environment;
  command.working_directory = context.config.folder();
  return command;
}

// The last line says most; secrets that are known are not repeated.
std::string last_words(const Context& context, const os::Finished& finished) {
  const std::string text(trim(finished.errors.empty() ? finished.output : finished.errors));
  const auto at = text.rfind('\n');
  return context.masker.mask(at == std::string::npos ? text : text.substr(at + 1));
}

std::string ending(const Context& context, const os::Finished& finished) {
  if (finished.timed_out) return "did not end in time";
  auto text = fmt::format("ended with status {}", finished.exit_status);
  if (const auto words = last_words(context, finished); !words.empty()) text += ": " + words;
  return text;
}

Error stopped() {
  return Error(ErrorCode::cancelled, "stopped on request");
}

Status run_quietly(const Context& context, const std::string& setting, const os::Command& command,
                   const Wait& wait) {
  SLIPWAY_ASSIGN(const auto finished,
                 os::run(command, wait.within(context.config.duration("deploy.hook_limit"))));
  if (finished.stopped) return fail(stopped());
  if (finished.exit_status == 0 && !finished.timed_out) return {};
  return fail(ErrorCode::check_failed, fmt::format("{} ({}) {}", setting, command.arguments.front(),
                                                   ending(context, finished)));
}

} // namespace

Status run_hook(const Context& context, const std::string& setting, const Variables& environment,
                const Wait& wait) {
  const auto command = command_of(context, setting, environment);
  if (command.arguments.empty()) return {};
  context.events.on_event(
      event::Note{.message = fmt::format("{}: {}", setting, command.arguments.front())});
  return run_quietly(context, setting, command, wait);
}

Status check_health(const Context& context, const Variables& environment, const Wait& wait) {
  const auto command = command_of(context, "deploy.health", environment);
  if (command.arguments.empty()) return {};
  return run_quietly(context, "deploy.health", command, wait);
}

Result<std::string> look_at_health(const Context& context, const Wait& wait) {
  const auto command = command_of(context, "deploy.health", {});
  if (command.arguments.empty()) return std::string();
  SLIPWAY_ASSIGN(const auto finished, os::run(command, wait));
  if (finished.stopped) return fail(stopped());
  if (finished.exit_status == 0 && !finished.timed_out) return std::string("healthy");
  return "not healthy: " + ending(context, finished);
}

Result<std::int64_t> await_health(const Context& context, const Variables& environment,
                                  const Wait& given) {
  const auto command = command_of(context, "deploy.health", environment);
  if (command.arguments.empty()) return 0;
  const auto wanted = std::max<std::int64_t>(1, context.config.integer("deploy.health_times"));
  const auto every = context.config.duration("deploy.health_every");
  const auto wait = given.within(context.config.duration("deploy.health_within"));
  std::int64_t made = 0;
  std::int64_t in_a_row = 0;
  std::string last = "was not run";
  while (!wait.deadline.passed()) {
    SLIPWAY_ASSIGN(const auto finished, os::run(command, wait));
    ++made;
    if (finished.stopped || given.stop_requested()) return fail(stopped());
    const bool healthy = finished.exit_status == 0 && !finished.timed_out;
    in_a_row = healthy ? in_a_row + 1 : 0;
    if (in_a_row >= wanted) return made;
    if (!healthy) last = ending(context, finished);
    os::pause(std::min(every, std::max(wait.deadline.remaining(), Millis(1))), wait);
  }
  return fail(
      ErrorCode::check_failed,
      fmt::format("the application was not healthy {} times in a row: deploy.health ({}) {}",
                  wanted, command.arguments.front(), last));
}

} // namespace slipway::app
