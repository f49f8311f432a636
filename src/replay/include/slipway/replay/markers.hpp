#pragma once

#include "slipway/replay/relation_map.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::replay {

/// The prefix of messages in the write-ahead log that are ours.
inline constexpr const char* k_marker_prefix = "slipway";

/// Says in the stream of changes that the transaction it is in is the migration's own, and which
/// table and column is which from then on. What the stream itself sends are names only, which a
/// swap of names makes ambiguous.
struct Marker {
  std::string run;
  std::string step;
  RelationMap map;
  bool operator==(const Marker&) const = default;
};

std::string to_json(const Marker& marker);
/// Errors: source.
Result<Marker> marker_from_json(std::string_view json);

/// Writes a marker with the map as it is now. Call it inside the migration's transaction as its
/// last act: it goes with it, and is rolled back with it. Needs no privilege, and wal_level may be
/// anything. Errors: as read_relation_map; usage outside of a transaction.
Status emit_marker(pg::Session& session, const std::string& run, const std::string& step,
                   const Wait& wait);

} // namespace slipway::replay
