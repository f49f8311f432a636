#pragma once

#include "command.hpp"

#include <cstdint>
#include <string>

namespace slipway::cli {

struct ForecastOptions {
  bool wanted = false;
  bool watch = false;
  std::string interval = "5s";
};

void add_forecast_options(CLI::App& app, ForecastOptions& options);
/// `slipway rollback --forecast`.
Result<int> show_forecast(Invocation& invocation, std::int64_t run, const ForecastOptions& options);

} // namespace slipway::cli
