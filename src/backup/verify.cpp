// Whether a backup is what it says.
#include "slipway/backup/catalogue.hpp"

#include "fetched_parts.hpp"
#include "marks.hpp"

#include "slipway/backup/name.hpp"
#include "slipway/pg/cluster.hpp"

#include <fmt/format.h>

namespace slipway::backup {

namespace {

constexpr const char* k_trial = "slipway_trial";

/// Programs of the backup's version, else the oldest that are newer.
Result<pg::ServerPrograms> programs_for(const Manifest& manifest, const std::string& folder) {
  const int wanted = manifest.server_version / 10'000;
  std::vector<pg::ServerPrograms> all = pg::find_server_programs("");
  for (auto& one : pg::find_server_programs(folder)) all.insert(all.begin(), one);
  const pg::ServerPrograms* best = nullptr;
  for (const auto& one : all) {
    if (one.major_version == wanted) return one;
    if (one.major_version > wanted && (best == nullptr || one.major_version < best->major_version))
      best = &one;
  }
  if (best == nullptr)
    return fail(
        Error(ErrorCode::unsupported,
              fmt::format("there are no server programs of PostgreSQL {} here, on which "
                          "the backup could be tried",
                          wanted))
            .with_hint(fmt::format("install postgresql-{}, or set dev.server_bin", wanted)));
  return *best;
}

} // namespace

Status verify_parts(const Manifest& manifest, Store& store,
                    std::chrono::system_clock::time_point now, const Wait& wait) {
  SLIPWAY_TRY(FetchedParts::fetch(manifest, store, wait));
  return write_verified(store, manifest.name, {.at = utc_text(now), .restored = false}, wait);
}

Result<Comparison> verify_by_restoring(const Manifest& manifest, Store& store,
                                       const TrialOptions& options, EventSink& events,
                                       std::chrono::system_clock::time_point now,
                                       const Wait& wait) {
  SLIPWAY_ASSIGN(const auto programs, programs_for(manifest, options.program_folder));
  pg::ClusterOptions cluster_options;
  cluster_options.bin_folder = programs.bin_folder;
  SLIPWAY_ASSIGN(auto cluster, pg::Cluster::start(cluster_options, wait));
  RestoreRequest request;
  request.server.connection_string = cluster.connection_string();
  request.database = k_trial;
  request.jobs = options.jobs;
  request.cipher = options.cipher;
  request.program_folder = programs.bin_folder;
  request.missing_roles = MissingRoles::make;
  request.tablespaces = false;
  SLIPWAY_ASSIGN(auto comparison, restore(manifest, store, request, events, wait));
  SLIPWAY_TRY(cluster.stop(wait));
  SLIPWAY_TRY(write_verified(store, manifest.name, {.at = utc_text(now), .restored = true}, wait));
  return comparison;
}

} // namespace slipway::backup
