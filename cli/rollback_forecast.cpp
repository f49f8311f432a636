// slipway rollback --forecast
#include "rollback_forecast.hpp"

#include "app_context.hpp"
#include "result_output.hpp"

#include "slipway/app/rollback_forecast.hpp"
#include "slipway/base/duration.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

constexpr Millis k_shortest_interval{500};
constexpr std::int64_t k_kilobyte = 1'000;
constexpr std::int64_t k_megabyte = 1'000'000;

nlohmann::ordered_json forecast_json(const app::RollbackForecast& forecast) {
  auto parked = nlohmann::ordered_json::array();
  for (const auto& one : forecast.parked)
    parked.push_back({{"schema", one.table.schema},
                      {"table", one.table.name},
                      {"why", one.why},
                      {"rows", one.rows}});
  nlohmann::ordered_json json{{"run", forecast.run},
                              {"backup", forecast.backup},
                              {"capture", forecast.capture},
                              {"capture_why", forecast.why},
                              {"copy", forecast.copy},
                              {"copy_behind_bytes", forecast.behind},
                              {"transactions", forecast.transactions},
                              {"rows", forecast.rows},
                              {"by_migration", forecast.by_migration},
                              {"seconds", forecast.seconds},
                              {"parked", std::move(parked)},
                              {"retained_bytes", forecast.retained}};
  json["safe_to_grow_bytes"] = nullptr;
  if (forecast.safe_to_grow) json["safe_to_grow_bytes"] = *forecast.safe_to_grow;
  return json;
}

std::string forecast_text(const app::RollbackForecast& forecast) {
  auto text =
      fmt::format("run {}, if it were taken back now over {}:\n", forecast.run, forecast.backup);
  if (forecast.capture.empty())
    text += fmt::format("  what was written is found by comparing: {}\n", forecast.why);
  else
    text += fmt::format("  {} row changes in {} transactions are replayed, in about {:.1f} s; {} "
                        "keeps {} MB\n",
                        forecast.rows, forecast.transactions, forecast.seconds, forecast.capture,
                        forecast.retained / k_megabyte);
  if (!forecast.copy.empty())
    text += fmt::format("  {} is kept for it, and {:.1f} s behind ({} kB of write-ahead log)\n",
                        forecast.copy, forecast.seconds, forecast.behind / k_kilobyte);
  for (const auto& one : forecast.parked)
    text += fmt::format("  {} rows of {} are parked: {}\n", one.rows, one.table.quoted(), one.why);
  if (forecast.parked.empty()) text += "  no row is foreseen to be parked\n";
  return text;
}

} // namespace

void add_forecast_options(CLI::App& app, ForecastOptions& options) {
  auto* forecast = app.add_flag("--forecast", options.wanted,
                                "Tell what a rollback would replay and park, and change nothing");
  app.add_flag("-w,--watch", options.watch, "Forecast again and again, until Ctrl-C")
      ->needs(forecast);
  app.add_option("--interval", options.interval, "How long between two forecasts; at least 500ms")
      ->needs(forecast)
      ->type_name("DURATION");
}

Result<int> show_forecast(Invocation& invocation, std::int64_t run,
                          const ForecastOptions& options) {
  const auto show = [&](const app::RollbackForecast& forecast) {
    if (invocation.format == Format::json)
      print_json(invocation.out, forecast_json(forecast));
    else if (options.watch && invocation.out.style().animate)
      invocation.out.repaint(forecast_text(forecast));
    else
      invocation.out.write(forecast_text(forecast));
  };
  const auto context = app_context(invocation);
  if (!options.watch) {
    SLIPWAY_ASSIGN(const auto forecast, app::forecast_rollback(context, run));
    show(forecast);
    return 0;
  }
  SLIPWAY_ASSIGN(const auto interval, parse_duration(options.interval));
  if (interval < k_shortest_interval)
    return fail(ErrorCode::usage,
                fmt::format("--interval {} is too short: at least {}", options.interval,
                            format_duration(k_shortest_interval)));
  SLIPWAY_TRY(app::watch_forecast(context, run, interval, show));
  return 0;
}

} // namespace slipway::cli
