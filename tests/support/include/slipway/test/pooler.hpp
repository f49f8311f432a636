#pragma once

#include "slipway/os/temporary_folder.hpp"
#include "slipway/test/test_server.hpp"

#include <map>
#include <string>
#include <sys/types.h>

namespace slipway::test {

/// A PgBouncer of the test's own in front of the program's server, on a unix socket in a folder of
/// its own; gone with this object. Throws std::runtime_error when it cannot be started.
class Pooler {
public:
  /// `mode` is session, transaction or statement; `further` adds lines to its [pgbouncer] section.
  Pooler(const std::string& mode, int pool_size,
         const std::map<std::string, std::string>& further = {});
  Pooler(const Pooler&) = delete;
  Pooler& operator=(const Pooler&) = delete;
  ~Pooler();

  /// The way through the pooler to the database that `connection_string` names.
  std::string url(const std::string& connection_string) const;
  int pool_size() const { return pool_size_; }

private:
  void write_settings(const std::string& mode, const std::map<std::string, std::string>& further);
  void start();

  os::TemporaryFolder folder_;
  int pool_size_;
  pid_t pid_ = -1;
};

} // namespace slipway::test
