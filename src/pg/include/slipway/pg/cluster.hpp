#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::pg {

/// How a throwaway cluster is made.
struct ClusterOptions {
  /// Folder with initdb and postgres; empty: SLIPWAY_PG_BIN is NOT read here (config does); PATH,
  /// then /usr/lib/postgresql/*/bin and the like with the newest first.
  std::string bin_folder;
  /// Where cluster folders live; empty: /dev/shm when it has room, else the temporary folder. A
  /// kept one needs it.
  std::string base_folder;
  /// Where initialised data folders are cached for throwaway clusters; empty: slipway-UID in the
  /// temporary folder.
  std::string cache_folder;
  /// Extra settings for postgresql.conf.
  std::map<std::string, std::string> settings;
  /// Durable on disk and kept until `down` (slipway dev); otherwise fsync is off and the cluster
  /// goes with its owner.
  bool keep = false;
  /// Listen on a free port of 127.0.0.1 as well, with a random password, for tools that know no
  /// sockets. Kept clusters always do.
  bool loopback = false;
  /// Name of a kept cluster: the same name finds the same cluster again. Letters, digits, "_", "-"
  /// and "." only.
  std::string name;
  /// The user to run the server as when we are root; empty: postgres if there is one, else nobody.
  std::string run_as;
};

/// A PostgreSQL of our own: a unix socket in a private folder (mode 0700, so that its trust
/// authentication reaches the server's user and root only), plus, where asked for, a free port of
/// loopback with a random password. The superuser is postgres.
///
/// A throwaway cluster is stopped and removed when this object goes, and, by a reaper process or
/// the next start, also when its owner was killed. A kept one runs on until `stop`, and is found
/// again by its name. A child that its owner forks without exec counts as the owner too.
class Cluster {
public:
  /// Finds the programs, makes (or copies from a cached template) a data folder, starts the server,
  /// waits for it. A kept cluster that exists is started, one that runs already is taken as it is.
  /// Errors: unsupported when no server programs are found (the hint says what to install), or none
  /// of the major version that a kept cluster was made with; configuration when an option cannot
  /// be; io; cancelled at the deadline or on a stop request, then nothing is left.
  static Result<Cluster> start(const ClusterOptions& options, const Wait& wait);

  Cluster(Cluster&&) noexcept;
  Cluster& operator=(Cluster&&) noexcept;
  ~Cluster();

  /// Connection string for a database of this cluster, through the socket.
  std::string connection_string(const std::string& database = "postgres") const;
  /// Connection string through 127.0.0.1, with the password in it; empty when the cluster does not
  /// listen there.
  std::string loopback_connection_string(const std::string& database = "postgres") const;
  const std::string& folder() const;
  const std::string& bin_folder() const;
  int postmaster_pid() const;
  int port() const;
  /// 15 for 15.x.
  int major_version() const;
  /// CREATE DATABASE, as a copy of `template_database` when given (STRATEGY FILE_COPY where the
  /// server knows it).
  Status create_database(const std::string& name, const std::string& template_database,
                         const Wait& wait);
  Status drop_database(const std::string& name, const Wait& wait);
  /// Stops the server and removes the folder; a kept one is shut down in order and its folder
  /// stays. Safe to call again.
  Status stop(const Wait& wait);

private:
  struct State;
  explicit Cluster(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Server programs: folder and version.
struct ServerPrograms {
  std::string bin_folder;
  int major_version = 0;
};
/// The programs in that folder; with an empty name all of this machine (PATH and the usual places),
/// newest first.
std::vector<ServerPrograms> find_server_programs(const std::string& preferred_folder);

/// A kept cluster as `slipway dev` shows it.
struct KeptCluster {
  std::string name;
  std::string folder;
  bool running = false;
  /// Through 127.0.0.1, with the password in it, for any tool. The port may change when it is
  /// started again.
  std::string connection_string;
  /// Through the socket: no password, for the server's user and root.
  std::string socket_connection_string = {};
};
/// The kept cluster of that name, if there is one.
Result<std::optional<KeptCluster>> find_kept_cluster(const std::string& base_folder,
                                                     const std::string& name);
/// Stops and removes a kept cluster. Its data is gone; the caller has asked for that. Errors: io,
/// also when there is no such cluster; a folder that is not a cluster of ours is never removed.
Status remove_kept_cluster(const std::string& base_folder, const std::string& name,
                           const Wait& wait);

} // namespace slipway::pg
