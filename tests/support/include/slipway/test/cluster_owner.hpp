#pragma once

#include "slipway/os/identity.hpp"
#include "slipway/os/unique_fd.hpp"
#include "slipway/pg/cluster.hpp"

#include <optional>
#include <string>
#include <sys/types.h>

namespace slipway::test {

/// Another process that owns a cluster, to be killed. Throws std::runtime_error when its cluster
/// does not start.
class ClusterOwner {
public:
  /// With `account` the process becomes that user first; only root may ask.
  explicit ClusterOwner(const pg::ClusterOptions& options,
                        const std::optional<os::Account>& account = {});
  /// Ends the process in good order, if it was not killed.
  ~ClusterOwner();
  ClusterOwner(const ClusterOwner&) = delete;
  ClusterOwner& operator=(const ClusterOwner&) = delete;

  /// kill -9, and it is gone when this returns.
  void kill();
  int postmaster() const { return postmaster_; }
  const std::string& folder() const { return folder_; }
  /// Process id of the cluster's reaper; 0 when there is none.
  int reaper() const;

private:
  pid_t pid_ = 0;
  os::UniqueFd life_; ///< the process ends in good order when this closes
  int postmaster_ = 0;
  std::string folder_;
};

} // namespace slipway::test
