#pragma once

#include "slipway/os/temporary_folder.hpp"
#include "slipway/test/test_server.hpp"

#include <string>

namespace slipway::test {

/// A server on disk that can be stopped as by a power cut and started again. Throws
/// std::runtime_error when it cannot do its work.
class DrillServer {
public:
  DrillServer();
  ~DrillServer();
  DrillServer(const DrillServer&) = delete;
  DrillServer& operator=(const DrillServer&) = delete;

  /// Immediate mode: no checkpoint, no word to the clients; then recovery from the log.
  void stop_and_start();
  std::string url(const std::string& database) const {
    return server_.cluster().connection_string(database);
  }
  /// A session in `postgres`.
  pg::Session control() { return connect(url("postgres")); }
  void make_database(const std::string& name, const std::string& template_database);
  void drop_slots();
  /// Drops every database of which the name begins so.
  void drop_databases(const std::string& beginning);
  int major_version() const { return server_.major_version(); }

private:
  pg::ClusterOptions options() const;
  pg::Cluster start() const;
  int postmaster_pid();

  os::TemporaryFolder folder_;
  mutable TestServer server_;
};

} // namespace slipway::test
