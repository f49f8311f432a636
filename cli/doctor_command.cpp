// slipway doctor
#include "app_context.hpp"
#include "result_output.hpp"

#include "slipway/app/doctor.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

std::string_view health_name(app::Health health) {
  switch (health) {
  case app::Health::ok:
    return "ok";
  case app::Health::note:
    return "note";
  case app::Health::warning:
    return "warning";
  case app::Health::problem:
    return "problem";
  case app::Health::unknown:
    return "unknown";
  }
  return "unknown";
}

observe::Role role_of(app::Health health) {
  switch (health) {
  case app::Health::ok:
    return observe::Role::ok;
  case app::Health::note:
    return observe::Role::plain;
  case app::Health::warning:
  case app::Health::unknown:
    return observe::Role::warning;
  case app::Health::problem:
    return observe::Role::error;
  }
  return observe::Role::plain;
}

void print_text(Invocation& invocation, const std::vector<app::Diagnosis>& found) {
  for (const auto& one : found) {
    invocation.out.line(fmt::format(
        "{} {}: {}",
        invocation.out.paint(role_of(one.health), fmt::format("{:<8}", health_name(one.health))),
        one.what, observe::printable(one.found)));
    if (!one.remedy.empty())
      invocation.out.line(fmt::format("         run: {}", observe::printable(one.remedy)));
  }
}

void print_as_json(Invocation& invocation, const std::vector<app::Diagnosis>& found) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto& one : found)
    list.push_back({{"what", one.what},
                    {"health", health_name(one.health)},
                    {"found", one.found},
                    {"remedy", one.remedy}});
  print_json(invocation.out, {{"diagnoses", list}});
}

} // namespace

Command doctor_command() {
  Command command;
  command.name = "doctor";
  command.summary = "say what is wrong here and the command that mends it";
  command.description =
      "Looks at the migration files, the connection, the server, a pooler in between, privileges (with the exact GRANT to run), the "
      "runner lock, the history and INVALID indexes. Changes nothing. What could not be looked at is said to be unknown.";
  command.group = "Mend";
  command.settings = target_settings();
  command.examples = {{"slipway doctor", "when something does not work"}};
  command.exit_statuses = {{3, "there is a problem, or something could not be looked at"}};
  command.configure = [](CLI::App&) -> Run {
    return [](Invocation& invocation) -> Result<int> {
      const auto found = app::diagnose(app_context(invocation));
      invocation.format == Format::json ? print_as_json(invocation, found)
                                        : print_text(invocation, found);
      const bool well = std::none_of(found.begin(), found.end(), [](const app::Diagnosis& one) {
        return one.health == app::Health::problem || one.health == app::Health::unknown;
      });
      return well ? 0 : exit_status(ErrorCode::check_failed);
    };
  };
  return command;
}

} // namespace slipway::cli
