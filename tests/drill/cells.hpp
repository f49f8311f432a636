#pragma once

#include "kinds.hpp"

#include <string>
#include <vector>

namespace slipway::test {

enum class DrillPath {
  fast_good, ///< the down script is right
  fast_bad,  ///< it is wrong, so that it goes on over the backup
  safe,      ///< asked for
};
std::string_view drill_path_name(DrillPath path);

enum class FaultKind {
  none,
  kill,
  server_restart,
  network_cut,
  disk_full,
  store_gone,
  copy_lost,     ///< the copy that is kept in step is dropped before the rollback
  follower_lost, ///< ... its slot is
};

/// What is done to a rollback on its way.
struct Fault {
  FaultKind kind = FaultKind::none;
  std::string point = {}; ///< for `kill`: the name of a crash point
  int request = 0;        ///< for a restart and a cut: at which request to the server
  /// Done to the deploy. Where that leaves something of its run, a rollback follows.
  bool in_deploy = false;
  std::string name() const;
};

/// How writes since the backup are known: one row a way, with what it can and cannot.
struct Capture {
  std::string name;
  std::string settings = {}; ///< further lines of slipway.toml
  /// The run is made by `deploy`, which takes the backup, too; else it is an `up` after a backup.
  bool deploys = false;
  /// It has what was written to a table before the run dropped it.
  bool has_dropped = false;
  /// It tells the rows of a migration from those of the application.
  bool skips_migrations = false;
  /// It has a copy before the run, so that a rollback restores nothing.
  bool keeps_copy = false;
  /// A part of what its slot had is in local files before the rollback.
  bool spools = false;
  std::vector<Fault> faults = {}; ///< that only it can meet
};
const std::vector<Capture>& drill_captures();

struct DrillCell {
  const Capture* capture = nullptr;
  const DrillKind* kind = nullptr;
  DrillPath path = DrillPath::safe;
  bool writers = false; ///< about 500 writes a second; else all is still
  Fault fault;
  std::string name() const;
};

/// The cells of a kind: all with SLIPWAY_DRILL=all, else a few, others for each major version of
/// the server.
std::vector<DrillCell> drill_cells(const DrillKind& kind, int major_version);

} // namespace slipway::test
