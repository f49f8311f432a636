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
  std::vector<QualifiedName> left_out; ///< tables whose old rows a stream could not tell
};

/// What the publication of a capture, or the function of its triggers, is commented with. Reading a
/// schema passes those over.
inline constexpr const char* k_capture_comment = "capture of slipway";

/// "slipway_" and the run, in letters that a slot may have.
std::string capture_name(const std::string& run);

struct CaptureRequest {
  std::string name;
  RelationMap tables;
  std::vector<std::string> leave_out; ///< schemas
  /// Gives tables that have no key REPLICA IDENTITY FULL, which locks them for a moment; else they
  /// are left out.
  bool full_identities = true;
  /// How long to wait for transactions that write anywhere in the cluster; a slot begins only when
  /// all that were under way are finished.
  Millis patience{10'000};
};

/// Whether server and role allow a capture at all. Errors: unsupported, with what to do.
Status check_capture(pg::Session& session, const Wait& wait);

/// Whether so many slots are free. Errors: unsupported.
Status check_free_slots(pg::Session& session, std::int64_t wanted, const Wait& wait);

/// Publishes the tables by name (never all tables: those without a key could not be written to any
/// more, later ones included), then makes the slot, for a stream cannot be read through a
/// publication that is younger, and at last waits for those who were writing when the slot began.
/// A snapshot taken afterwards and the stream together miss nothing: whoever committed before the
/// stream begins is finished, and so seen by the snapshot, even where commits wait for a standby
/// before others see them. What both have is told apart by the snapshot, which lists who was under
/// way.
///
/// Errors: unsupported when wal_level is not logical, no slot is free or the role may not have one;
/// lock_timeout when writers do not finish, naming them; then nothing of it is left.
Result<Capture> arm_capture(pg::Session& session, const CaptureRequest& request, const Wait& wait);

/// Drops a slot if it is there; from any database of the server. Errors: part_way when somebody
/// reads from it.
Status drop_slot(pg::Session& session, const std::string& name, const Wait& wait);

/// Drops slot and publication if they are there, and puts replica identities back that are still
/// what arm_capture made them. Errors: part_way when somebody reads from the slot.
Status drop_capture(pg::Session& session, const Capture& capture, const Wait& wait);

/// The same in a copy that was made while the capture was armed: publication and identities are in
/// it, under the names of then.
Status clean_copy(pg::Session& copy, const Capture& capture, const Wait& wait);

/// Takes tables out of the publication that have lost what tells their rows apart, for nobody could
/// change rows of them any more. To be called in the transaction that took it. Yields their names.
Result<std::vector<QualifiedName>>
spare_tables_without_key(pg::Session& session, const std::string& name, const Wait& wait);

/// The numbers of the tables whose changes the publication sends now; empty when there is none.
Result<std::vector<std::uint32_t>> captured_tables(pg::Session& session, const std::string& name,
                                                   const Wait& wait);

/// What the second slot of a capture is called, which follows a copy that is kept in step.
std::string follower_name(const std::string& capture);

/// Makes it, at the place where the first one is: whatever that has it has, too. Errors: sql, also
/// when no slot is free.
Status make_follower(pg::Session& session, const std::string& capture, const Wait& wait);

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

/// Whether the server gives up a slot before it fills the disk: max_slot_wal_keep_size. Errors:
/// sql.
Result<bool> bounds_slots(pg::Session& session, const Wait& wait);

} // namespace slipway::replay
