#pragma once

#include "slipway/os/temporary_folder.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace slipway::test {

struct Ran {
  int status = 0;
  std::string out;
  std::string err;
  /// Standard output as JSON. Throws when it is not, which fails the test.
  nlohmann::json json() const { return nlohmann::json::parse(out); }
};

/// How to run the built program beyond its arguments.
struct RunOptions {
  std::map<std::string, std::string> environment = {};
  std::string working_directory = {};
  std::string input = {};
};

/// Runs bin/slipway with the settings of the caller's environment (SLIPWAY_*, PG*, DATABASE_URL,
/// colour) taken away, so that only what the test gives counts. SLIPWAY_PG_BIN stays: it says which
/// server the suite runs on.
Ran slipway(const std::vector<std::string>& arguments, const RunOptions& options = {});

/// An empty folder for a project, gone with this object.
class ProjectFolder {
public:
  ProjectFolder();
  const std::string& path() const { return folder_.path(); }
  std::string file(const std::string& name) const { return path() + "/" + name; }
  void write(const std::string& name, const std::string& bytes) const;

private:
  os::TemporaryFolder folder_;
};

} // namespace slipway::test
