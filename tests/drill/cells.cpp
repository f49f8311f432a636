// The table of everything that is tried, and which part of it.
#include "cells.hpp"

#include "slipway/os/crash_plan.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>

namespace slipway::test {

namespace {

/// Of all cells the part that is tried by default: a prime, so that no row or column is left out.
constexpr int k_stride = 109;
/// Requests to the server: while it looks, while it acts, and at the end.
constexpr std::array k_places_in_place{100, 250, 310};
/// ... and in the first carrying over, and behind the fence.
constexpr std::array k_places_over_kept_copy{150, 230, 300, 360};
/// While it saves, makes the copy, migrates, and looks after it.
constexpr std::array k_places_in_deploy{150, 350, 500, 650};
/// As over a copy, and in the restore.
constexpr std::array k_places_over_backup{150, 350, 500, 620, 700, 780};

bool begins(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}

/// Points that only a script without a transaction reaches, or only one with.
bool fits(std::string_view point, const DrillKind& kind) {
  for (const auto* one : {"apply.transaction_begun", "apply.statement_done", "apply.before_commit",
                          "apply.after_commit"})
    if (point == one) return !kind.piecewise;
  if (begins(point, "apply.")) return kind.piecewise;
  return true;
}

std::vector<Fault> kills(const Capture& capture, const DrillKind& kind, DrillPath path) {
  std::vector<Fault> all;
  for (const auto point : os::all_crash_points()) {
    const auto name = os::crash_point_name(point);
    const bool in_place = begins(name, "run.") || begins(name, "apply.");
    const bool over_backup =
        begins(name, "rollback.") || (begins(name, "restore.") && !capture.keeps_copy);
    if ((in_place && path != DrillPath::safe && fits(name, kind)) ||
        (over_backup && path != DrillPath::fast_good))
      all.push_back({.kind = FaultKind::kill, .point = std::string(name)});
  }
  return all;
}

void add_places(std::vector<Fault>& all, const auto& places, bool in_deploy = false) {
  for (const int place : places) {
    all.push_back({.kind = FaultKind::server_restart, .request = place, .in_deploy = in_deploy});
    all.push_back({.kind = FaultKind::network_cut, .request = place, .in_deploy = in_deploy});
  }
}

/// A deploy whose migrations fail goes back by itself: it is the deploy that is disturbed.
std::vector<Fault> faults_on_own_way_back(const Capture& capture, DrillPath path) {
  std::vector<Fault> all{{.kind = FaultKind::none}};
  if (path == DrillPath::fast_bad)
    for (const auto* point : {"rollback.writes_replayed", "rollback.database_closed",
                              "rollback.swap_ready", "rollback.swapped"})
      all.push_back({.kind = FaultKind::kill, .point = point, .in_deploy = true});
  if (capture.keeps_copy) add_places(all, k_places_in_deploy, true);
  return all;
}

std::vector<Fault> faults(const Capture& capture, const DrillKind& kind, DrillPath path) {
  if (capture.deploys && kind.up_fails) return faults_on_own_way_back(capture, path);
  std::vector<Fault> all{{.kind = FaultKind::none}};
  for (auto& one : kills(capture, kind, path)) all.push_back(std::move(one));
  if (path == DrillPath::fast_good)
    add_places(all, k_places_in_place);
  else if (capture.keeps_copy)
    add_places(all, k_places_over_kept_copy);
  else
    add_places(all, k_places_over_backup);
  all.push_back({.kind = FaultKind::store_gone});
  // In place nothing is written that is large, unless the table is; to a copy that is there no
  // more than what is new.
  if (path == DrillPath::fast_good ? kind.name == "retype" : !capture.keeps_copy)
    all.push_back({.kind = FaultKind::disk_full});
  // Of the deploy, or of the copy: the same whatever way is taken.
  if (path == DrillPath::safe) all.insert(all.end(), capture.faults.begin(), capture.faults.end());
  if (path == DrillPath::safe && capture.keeps_copy) add_places(all, k_places_in_deploy, true);
  return all;
}

/// What can happen to a copy, and to a deploy that makes one and keeps it in step.
std::vector<Fault> faults_of_warm() {
  std::vector<Fault> all{{.kind = FaultKind::copy_lost}, {.kind = FaultKind::follower_lost}};
  for (const auto* point : {"restore.created", "restore.loaded", "restore.finished",
                            "deploy.copy_kept", "deploy.migrated", "deploy.copy_followed"})
    all.push_back({.kind = FaultKind::kill, .point = point, .in_deploy = true});
  all.push_back({.kind = FaultKind::disk_full, .in_deploy = true});
  return all;
}

/// While a deploy that bakes takes from its slot.
std::vector<Fault> faults_of_spool() {
  std::vector<Fault> all;
  for (const auto* point : {"spool.written", "spool.synced", "spool.advanced"})
    all.push_back({.kind = FaultKind::kill, .point = point, .in_deploy = true});
  return all;
}

bool wants_all() {
  const char* wanted = std::getenv("SLIPWAY_DRILL");
  return wanted != nullptr && std::string_view(wanted) == "all";
}

/// SLIPWAY_DRILL_ONLY keeps the cells with that text in their name, or with all of several that
/// have " + " in between.
bool is_wanted(const DrillCell& cell) {
  constexpr std::string_view k_between = " + ";
  const char* wanted = std::getenv("SLIPWAY_DRILL_ONLY");
  std::string_view left = wanted == nullptr ? "" : wanted;
  while (!left.empty()) {
    const auto end = std::min(left.find(k_between), left.size());
    if (cell.name().find(left.substr(0, end)) == std::string::npos) return false;
    left.remove_prefix(std::min(end + k_between.size(), left.size()));
  }
  return true;
}

} // namespace

std::string_view drill_path_name(DrillPath path) {
  if (path == DrillPath::fast_good) return "fast";
  return path == DrillPath::fast_bad ? "fast, bad" : "safe";
}

std::string Fault::name() const {
  const std::string where = in_deploy ? "in the deploy: " : "";
  switch (kind) {
  case FaultKind::kill:
    return where + "kill at " + point;
  case FaultKind::server_restart:
    return where + "restart at " + std::to_string(request);
  case FaultKind::network_cut:
    return where + "cut at " + std::to_string(request);
  case FaultKind::disk_full:
    return where + "disk full";
  case FaultKind::store_gone:
    return "store gone";
  case FaultKind::copy_lost:
    return "copy lost";
  case FaultKind::follower_lost:
    return "follower lost";
  case FaultKind::none:
    break;
  }
  return "none";
}

const std::vector<Capture>& drill_captures() {
  static const std::vector<Capture> all = {{.name = "none"},
                                           {.name = "slot",
                                            .settings = "[deploy]\ncapture = \"slot\"\n",
                                            .deploys = true,
                                            .has_dropped = true,
                                            .skips_migrations = true},
                                           {.name = "warm",
                                            .settings = "[deploy]\ncapture = \"warm\"\n",
                                            .deploys = true,
                                            .has_dropped = true,
                                            .skips_migrations = true,
                                            .keeps_copy = true,
                                            .faults = faults_of_warm()},
                                           {.name = "spool",
                                            .settings = "[deploy]\ncapture = \"spool\"\n",
                                            .deploys = true,
                                            .has_dropped = true,
                                            .skips_migrations = true,
                                            .spools = true,
                                            .faults = faults_of_spool()}};
  return all;
}

std::string DrillCell::name() const {
  return capture->name + " | " + kind->name + " | " + std::string(drill_path_name(path)) + " | " +
         (writers ? "writers" : "idle") + " | " + fault.name();
}

std::vector<DrillCell> drill_cells(const DrillKind& kind, int major_version) {
  std::vector<DrillCell> chosen;
  // Each kind begins at another place of the same row of cells.
  auto number = static_cast<int>((std::hash<std::string>{}(kind.name) % k_stride) +
                                 static_cast<unsigned>(major_version) * 7);
  for (const auto& capture : drill_captures()) {
    for (const auto path : {DrillPath::fast_good, DrillPath::fast_bad, DrillPath::safe}) {
      // A deploy that goes back by itself is not told a path.
      if (path == DrillPath::safe && capture.deploys && kind.up_fails) continue;
      for (const bool writers : {false, true})
        for (const auto& fault : faults(capture, kind, path)) {
          const DrillCell cell{&capture, &kind, path, writers, fault};
          const bool sampled = ++number % k_stride == 0;
          if (wants_all() ? is_wanted(cell) : sampled) chosen.push_back(cell);
        }
    }
  }
  return chosen;
}

} // namespace slipway::test
