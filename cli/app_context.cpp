#include "app_context.hpp"

#include "result_output.hpp"

#include "slipway/report/plan_report.hpp"

#include <nlohmann/json.hpp>

namespace slipway::cli {

app::Context app_context(Invocation& invocation) {
  return app::Context{.config = invocation.config,
                      .files = invocation.files,
                      .events = invocation.events,
                      .masker = invocation.masker,
                      .stop = &invocation.stop,
                      .environment = invocation.environment};
}

void add_selection(CLI::App& app, SelectionOptions& options, const std::string& to_means,
                   const std::string& steps_means) {
  auto* to = app.add_option("--to", options.to, to_means)->type_name("VERSION");
  add_number(app, "--steps", options.steps, 1, steps_means)->excludes(to);
}

Result<plan::Selection> selection_from(const SelectionOptions& options) {
  plan::Selection selection;
  selection.steps = options.steps;
  if (!options.to.empty()) {
    SLIPWAY_ASSIGN(const auto version, Version::parse(options.to));
    selection.to = version;
  }
  return selection;
}

std::vector<std::string_view> target_settings() {
  return {"target.url",        "connection.tls",    "connection.connect_timeout",
          "connection.pooler", "migrations.folder", "history.schema",
          "run.deadline"};
}

std::vector<std::string_view> run_settings() {
  auto keys = target_settings();
  for (const auto* key : {"apply.lock_timeout", "apply.lock_budget", "apply.max_stall",
                          "apply.on_blocked", "apply.blocked_after", "apply.statement_timeout",
                          "apply.concurrent_timeout", "run.lock_wait"})
    keys.emplace_back(key);
  return keys;
}

int print_plan(Invocation& invocation, const plan::Plan& plan) {
  invocation.out.write(invocation.format == Format::json ? report::plan_json(plan)
                                                         : report::plan_text(plan));
  return 0;
}

int print_run(Invocation& invocation, const app::RunReport& report) {
  if (invocation.format == Format::text) return 0;
  nlohmann::ordered_json migrations = nlohmann::ordered_json::array();
  for (const auto& one : report.done)
    migrations.push_back({{"version", one.version.str()},
                          {"name", one.name},
                          {"direction", direction_name(one.direction)},
                          {"rows", one.rows},
                          {"duration_ms", one.duration_ms}});
  print_json(invocation.out, {{"run", report.run},
                              {"outcome", report.nothing_to_do() ? "nothing_to_do" : "done"},
                              {"migrations", migrations}});
  return 0;
}

} // namespace slipway::cli
