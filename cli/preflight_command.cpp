// slipway preflight
#include "app_context.hpp"
#include "result_output.hpp"

#include "slipway/app/preflight.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

observe::Role role_of(preflight::Verdict verdict) {
  switch (verdict) {
  case preflight::Verdict::pass:
    return observe::Role::ok;
  case preflight::Verdict::warn:
  case preflight::Verdict::unknown:
    return observe::Role::warning;
  case preflight::Verdict::stop:
    return observe::Role::error;
  }
  return observe::Role::plain;
}

void print_text(Invocation& invocation, const preflight::Report& report) {
  auto& out = invocation.out;
  for (const auto& one : report.findings) {
    out.line(fmt::format(
        "{} {}: {}",
        out.paint(role_of(one.verdict), fmt::format("{:<8}", preflight::verdict_name(one.verdict))),
        one.check, observe::printable(out.masked(one.found))));
    if (!one.remedy.empty())
      out.line(fmt::format("         run: {}", observe::printable(out.masked(one.remedy))));
  }
  if (!report.skipped.empty())
    out.line(fmt::format("skipped, as preflight.skip says: {}", fmt::join(report.skipped, ", ")));
}

void print_as_json(Invocation& invocation, const preflight::Report& report) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto& one : report.findings)
    list.push_back({{"check", one.check},
                    {"verdict", preflight::verdict_name(one.verdict)},
                    {"found", one.found},
                    {"remedy", one.remedy},
                    {"matters", one.matters}});
  print_json(invocation.out, {{"may_start", report.may_start()},
                              {"checks", std::move(list)},
                              {"skipped", report.skipped}});
}

} // namespace

Command preflight_command() {
  Command command;
  command.name = "preflight";
  command.summary = "look at what could make a run fail or hurt, before it starts";
  command.description =
      "Makes the checks that slipway up makes before its first statement, for what is pending: the server, connections, "
      "privileges, disk, long and prepared transactions, autovacuum, indexes, constraints and replication. Each says pass, "
      "warn, stop or unknown, with figures and the exact command that mends it. Changes nothing and waits for no lock.";
  command.group = "Look";
  command.settings = target_settings();
  command.settings.push_back("apply.allow_out_of_order");
  command.examples = {{"slipway preflight", "may everything pending be applied now?"},
                      {"slipway preflight --steps 1", "for the next migration only"},
                      {"slipway preflight --json", "for a pipeline"}};
  command.exit_statuses = {{3, "a check says stop, or one that could say it could not look"},
                           {7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    auto options = std::make_shared<SelectionOptions>();
    add_selection(app, *options, "Look at what up to this version would touch",
                  "Look at what this many would touch");
    return [options](Invocation& invocation) -> Result<int> {
      SLIPWAY_ASSIGN(const auto selection, selection_from(*options));
      SLIPWAY_ASSIGN(const auto report, app::preflight_of_up(app_context(invocation), selection));
      invocation.format == Format::json ? print_as_json(invocation, report)
                                        : print_text(invocation, report);
      return report.may_start() ? 0 : exit_status(ErrorCode::check_failed);
    };
  };
  return command;
}

} // namespace slipway::cli
