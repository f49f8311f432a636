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
  /// Folder with initdb and postgres; empty: SLIPWAY_PG_BIN is NOT read here (config does); PATH, then
  /// /usr/lib/postgresql/*/bin with the newest first.
  std::string bin_folder;
  /// Where cluster folders live; empty: /dev/shm when it has room, else the temporary folder.
  std::string base_folder;
  /// Extra settings for postgresql.conf.
  std::map<std::string, std::string> settings;
  /// Durable on disk and kept until `down` (slipway dev); otherwise fsync is off and the cluster goes with its owner.
  bool keep = false;
  /// Name of a kept cluster: the same name finds the same cluster again.
  std::string name;
  /// The user to run the server as when we are root; empty: postgres if there is one, else nobody.
  std::string run_as;
};

/// A PostgreSQL of our own: unix socket in a private folder, plus loopback on a free port, trust authentication limited
/// to that socket folder and a random password on loopback. Stopped and removed when this object goes, and, by a reaper
/// process or the next start, also when its owner was killed.
class Cluster {
 public:
  /// Finds the programs, makes (or copies from a cached template) a data folder, starts the server, waits for it.
  /// Errors: unsupported when no server programs are found (the hint says what to install), io.
  static Result<Cluster> start(const ClusterOptions& options, const Wait& wait);

  Cluster(Cluster&&) noexcept;
  Cluster& operator=(Cluster&&) noexcept;
  ~Cluster();

  /// Connection string for a database of this cluster, through the socket.
  std::string connection_string(const std::string& database = "postgres") const;
  const std::string& folder() const;
  const std::string& bin_folder() const;
  int postmaster_pid() const;
  int port() const;
  /// CREATE DATABASE, as a copy of `template_database` when given (STRATEGY FILE_COPY where the server knows it).
  Status create_database(const std::string& name, const std::string& template_database, const Wait& wait);
  Status drop_database(const std::string& name, const Wait& wait);
  /// Stops the server: immediate mode, then removes the folder unless kept.
  Status stop(const Wait& wait);

 private:
  struct State;
  explicit Cluster(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Server programs of this machine: folder and version, newest first.
struct ServerPrograms {
  std::string bin_folder;
  int major_version = 0;
};
std::vector<ServerPrograms> find_server_programs(const std::string& preferred_folder);

/// A kept cluster as `slipway dev` shows it.
struct KeptCluster {
  std::string name;
  std::string folder;
  bool running = false;
  std::string connection_string;
};
/// The kept cluster of that name, if there is one.
Result<std::optional<KeptCluster>> find_kept_cluster(const std::string& base_folder, const std::string& name);
/// Stops and removes a kept cluster. Its data is gone; the caller has asked for that.
Status remove_kept_cluster(const std::string& base_folder, const std::string& name, const Wait& wait);

}  // namespace slipway::pg
