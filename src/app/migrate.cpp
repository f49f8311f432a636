// The runner for programs that migrate at their own start-up.
#include "slipway/app/migrate.hpp"

#include "slipway/app/migrations.hpp"
#include "slipway/base/secrets.hpp"
#include "slipway/config/config.hpp"
#include "slipway/os/environment.hpp"
#include "slipway/os/real_file_system.hpp"

#include <fmt/format.h>

namespace slipway::app {

Result<MigrateReport> migrate(const MigrateOptions& options) {
  os::RealFileSystem files;
  NullSink silent;
  Masker masker;
  config::Inputs inputs;
  inputs.environment = os::environment();
  inputs.working_directory = ".";
  // The folder a service happens to start in must not decide what it migrates.
  inputs.look_for_file = false;
  inputs.flags["migrations.folder"] = options.migrations_folder;
  inputs.flags["history.schema"] = options.history_schema;
  inputs.flags["run.lock_wait"] = fmt::format("{}ms", options.lock_wait.count());
  if (!options.database_url.empty()) inputs.flags["target.url"] = options.database_url;
  SLIPWAY_ASSIGN(const auto config, config::settle(inputs, files));
  Context context{.config = config,
                  .files = files,
                  .events =
                      options.events != nullptr ? *options.events : static_cast<EventSink&>(silent),
                  .masker = masker,
                  .stop = nullptr,
                  .environment = inputs.environment};
  SLIPWAY_ASSIGN(const auto report, up(context, {}));
  MigrateReport result{.run = report.run, .applied = {}};
  for (const auto& one : report.done) result.applied.push_back(one.version.str() + " " + one.name);
  return result;
}

} // namespace slipway::app
