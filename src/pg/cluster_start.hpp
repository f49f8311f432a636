#pragma once

#include "cluster_postmaster.hpp"
#include "cluster_reaper.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/cluster.hpp"

#include <optional>
#include <string>
#include <sys/types.h>

namespace slipway::pg {

/// A cluster that runs, with all that is needed to reach and to stop it.
struct Running {
  ClusterPlace place;
  std::string bin_folder;
  int major_version = 0;
  pid_t postmaster = 0; ///< 0 once stopped
  int port = 0;
  std::string password;         ///< of loopback; empty without it
  std::optional<Reaper> reaper; ///< of throwaway clusters only
  bool keep = false;
};

Result<Running> start_throwaway(const ClusterOptions& options, const Wait& wait);
Result<Running> start_kept(const ClusterOptions& options, const Wait& wait);

} // namespace slipway::pg
