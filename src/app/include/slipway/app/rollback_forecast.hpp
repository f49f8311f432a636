#pragma once

#include "slipway/app/context.hpp"
#include "slipway/replay/foresee_parked.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace slipway::app {

/// What a rollback over the backup would have to do if it began now.
struct RollbackForecast {
  std::int64_t run = 0;
  std::string backup;            ///< empty: there is none, and no way over one
  std::string capture;           ///< the slot; empty: what was written would be found by comparing
  std::string copy;              ///< a database that is kept in step with it; empty: none
  std::int64_t behind = 0;       ///< bytes of write-ahead log that the copy does not have yet
  std::string why;               ///< there is no slot
  std::int64_t transactions = 0; ///< of the application, to be replayed
  std::int64_t rows = 0;         ///< changes of rows in them
  std::int64_t by_migration = 0; ///< transactions of the migrations, not replayed
  double seconds = 0;            ///< for replaying, as measured on small machines
  std::vector<replay::ForeseenParking> parked;
  std::int64_t retained = 0;                ///< bytes of write-ahead log that the slot keeps
  std::optional<std::int64_t> safe_to_grow; ///< bytes until it is lost; none: no limit is set
};

/// Reads the slot without moving it, and what was written. Changes nothing. Errors: as
/// look_at_rollback; check_failed when the schema from before the run is not known.
Result<RollbackForecast> forecast_rollback(const Context& context, std::int64_t run);

/// Again and again until the stop signal comes, or for as long as run.deadline says.
Status watch_forecast(const Context& context, std::int64_t run, Millis interval,
                      const std::function<void(const RollbackForecast&)>& show);

} // namespace slipway::app
