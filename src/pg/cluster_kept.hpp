#pragma once

#include "cluster_postmaster.hpp"
#include "slipway/pg/cluster.hpp"

#include <optional>
#include <string>

namespace slipway::pg {

/// A kept cluster's folder: data, log, socket, and the files below. It is one only with all of
/// them.
struct KeptPlace {
  ClusterPlace place;
  std::string password_file() const { return place.folder + "/password"; }
  std::string port_file() const { return place.folder + "/port"; }
  std::string version_file() const { return place.data() + "/PG_VERSION"; }
};

/// Errors: configuration when the name cannot be a folder's or no base folder is named.
Result<KeptPlace> kept_place(const std::string& base_folder, const std::string& name);

/// What was kept of a cluster; nothing when there is none at that place.
struct KeptFacts {
  std::string password;
  int port = 0;
  int major_version = 0;
};
std::optional<KeptFacts> kept_facts(const KeptPlace& kept);

} // namespace slipway::pg
