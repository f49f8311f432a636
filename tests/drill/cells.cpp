// The table of everything that is tried, and which part of it.
#include "cells.hpp"

#include "slipway/os/crash_plan.hpp"

#include <array>
#include <cstdlib>
#include <functional>

namespace slipway::test {

namespace {

/// Of all cells the part that is tried by default: a prime, so that no row or column is left out.
constexpr int k_stride = 109;
/// Requests to the server: while it looks, while it acts, and at the end.
constexpr std::array k_places_in_place{100, 250, 310};
/// ... the same, and in the restore, the first carrying over, behind the fence.
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

std::vector<Fault> kills(const DrillKind& kind, DrillPath path) {
  std::vector<Fault> all;
  for (const auto point : os::all_crash_points()) {
    const auto name = os::crash_point_name(point);
    const bool in_place = begins(name, "run.") || begins(name, "apply.");
    const bool over_backup = begins(name, "restore.") || begins(name, "rollback.");
    if ((in_place && path != DrillPath::safe && fits(name, kind)) ||
        (over_backup && path != DrillPath::fast_good))
      all.push_back({.kind = FaultKind::kill, .point = std::string(name)});
  }
  return all;
}

void add_places(std::vector<Fault>& all, const auto& places) {
  for (const int place : places) {
    all.push_back({.kind = FaultKind::server_restart, .request = place});
    all.push_back({.kind = FaultKind::network_cut, .request = place});
  }
}

std::vector<Fault> faults(const Capture& capture, const DrillKind& kind, DrillPath path) {
  std::vector<Fault> all{{.kind = FaultKind::none}};
  for (auto& one : kills(kind, path)) all.push_back(std::move(one));
  if (path == DrillPath::fast_good)
    add_places(all, k_places_in_place);
  else
    add_places(all, k_places_over_backup);
  all.push_back({.kind = FaultKind::store_gone});
  // In place nothing is written that is large, unless the table is.
  if (path != DrillPath::fast_good || kind.name == "retype")
    all.push_back({.kind = FaultKind::disk_full});
  all.insert(all.end(), capture.faults.begin(), capture.faults.end());
  return all;
}

bool wants_all() {
  const char* wanted = std::getenv("SLIPWAY_DRILL");
  return wanted != nullptr && std::string_view(wanted) == "all";
}

/// SLIPWAY_DRILL_ONLY keeps the cells with that text in their name.
bool is_wanted(const DrillCell& cell) {
  const char* wanted = std::getenv("SLIPWAY_DRILL_ONLY");
  return wanted == nullptr || cell.name().find(wanted) != std::string::npos;
}

} // namespace

std::string_view drill_path_name(DrillPath path) {
  if (path == DrillPath::fast_good) return "fast";
  return path == DrillPath::fast_bad ? "fast, bad" : "safe";
}

std::string Fault::name() const {
  switch (kind) {
  case FaultKind::kill:
    return "kill at " + point;
  case FaultKind::server_restart:
    return "restart at " + std::to_string(request);
  case FaultKind::network_cut:
    return "cut at " + std::to_string(request);
  case FaultKind::disk_full:
    return "disk full";
  case FaultKind::store_gone:
    return "store gone";
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
                                            .skips_migrations = true}};
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
    // A deploy whose migrations fail goes back by itself.
    if (capture.deploys && kind.up_fails) continue;
    for (const auto path : {DrillPath::fast_good, DrillPath::fast_bad, DrillPath::safe})
      for (const bool writers : {false, true})
        for (const auto& fault : faults(capture, kind, path)) {
          const DrillCell cell{&capture, &kind, path, writers, fault};
          const bool sampled = ++number % k_stride == 0;
          if (wants_all() ? is_wanted(cell) : sampled) chosen.push_back(cell);
        }
  }
  return chosen;
}

} // namespace slipway::test
