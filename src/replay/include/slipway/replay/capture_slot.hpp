#pragma once

#include "slipway/replay/pgoutput.hpp"
#include "slipway/replay/relation_map.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::replay {

/// A table that was given REPLICA IDENTITY FULL.
struct ChangedIdentity {
  std::uint32_t id = 0;
  QualifiedName table;
  bool was_nothing = false; ///< else the default
};

/// A slot and a publication of this name, which keep what is written to the listed tables.
struct Capture {
  std::string name;
  Lsn since = 0; ///< what commits later is in the stream
  std::vector<ChangedIdentity> identities_changed;
};

/// "slipway_" and the run, in letters that a slot may have.
std::string capture_name(const std::string& run);

struct CaptureRequest {
  std::string name;
  RelationMap tables;
  std::vector<std::string> leave_out; ///< schemas
  /// How long to wait for transactions that write anywhere in the cluster; a slot begins only when
  /// all that were under way are finished.
  Millis patience{10'000};
};

/// Publishes the tables by name (never all tables: those without a key could not be written to any
/// more, later ones included), then makes the slot, for a stream cannot be read through a
/// publication that is younger. A snapshot taken afterwards and the stream together miss nothing;
/// what both have is told apart by the snapshot, which lists who was under way.
///
/// Errors: unsupported when wal_level is not logical or no slot is free; lock_timeout when writers
/// do not finish, naming them; then nothing of it is left.
Result<Capture> arm_capture(pg::Session& session, const CaptureRequest& request, const Wait& wait);

/// Drops slot and publication if they are there, and puts replica identities back that are still
/// what arm_capture made them. Errors: part_way when somebody reads from the slot.
Status drop_capture(pg::Session& session, const Capture& capture, const Wait& wait);

/// The same in a copy that was made while the capture was armed: publication and identities are in
/// it, under the names of then.
Status clean_copy(pg::Session& copy, const Capture& capture, const Wait& wait);

struct SlotState {
  std::string name;
  std::string database;
  bool active = false;
  bool lost = false;                        ///< the server gave up keeping what it needs
  std::int64_t retained = 0;                ///< bytes of write-ahead log
  std::optional<std::int64_t> safe_to_grow; ///< bytes until it is lost; none: no limit is set
};

/// All slots of the cluster that slipway made, also those whose run is gone.
Result<std::vector<SlotState>> slipway_slots(pg::Session& session, const Wait& wait);

} // namespace slipway::replay
