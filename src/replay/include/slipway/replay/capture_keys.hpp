#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/replay/pgoutput.hpp"
#include "slipway/replay/relation_map.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::replay {

/// What a capture by triggers is called: "slipway_keys_" and the run.
std::string key_capture_name(const std::string& run);
bool is_key_capture(std::string_view name);

/// A table whose writes triggers can note.
struct KeyedTable {
  Relation table;
  std::vector<int> key; ///< numbers of its columns
  /// How values of the key are written depends on settings of the session, which are pinned.
  bool pinned = false;
};

struct NotKeyed {
  QualifiedName table;
  std::string why;
};

/// Which tables of the database triggers can be made for, and which not.
struct KeyCapturePlan {
  std::vector<KeyedTable> tables;
  std::vector<NotKeyed> left_out;
};

/// Looks, and changes nothing. Left out are tables without a key, unlogged ones, those that the
/// role does not own, and those whose key has values that cannot be written the same way by
/// everybody. `leave_out` are schemas. Errors: sql.
Result<KeyCapturePlan> plan_key_capture(pg::Session& session, const RelationMap& map,
                                        const std::vector<std::string>& leave_out,
                                        const Wait& wait);

/// How a table is locked: as migrations do it, for moments only, again and again.
struct LockPatience {
  Millis lock_timeout{100};
  Millis budget{60'000};
};

/// Makes, in the history's schema, the table `captured_key` and a function for each table, and on
/// each table the triggers that call it: the keys of rows that are inserted, updated or deleted,
/// and that it was emptied, are noted with the transaction. One transaction a table; it waits for
/// those who write to the table, so that a snapshot taken afterwards and the notes together miss
/// nothing. They fire whatever the session says of its replication role. Yields the position from
/// which on all is noted. Errors: lock_timeout, naming the table; sql. Then nothing is left of it.
Result<Lsn> arm_key_capture(pg::Session& session, const std::string& schema,
                            const KeyCapturePlan& plan, const LockPatience& patience,
                            const Wait& wait);

/// Makes the functions again whose tables have another name or type for a column of their key. To
/// be called in the transaction that gave it: what is written later is noted as fast as before.
Status refresh_key_capture(pg::Session& session, const std::string& schema, const Wait& wait);

/// Drops triggers, functions and what they noted, of any capture in that schema. Called again it
/// goes on. Errors: lock_timeout, naming the table; sql.
Status drop_key_capture(pg::Session& session, const std::string& schema,
                        const LockPatience& patience, const Wait& wait);

/// What is there of a capture by triggers.
struct KeyCaptureState {
  bool is_there = false;
  std::int64_t tables = 0;  ///< on which triggers were made, and that are there
  std::int64_t silent = 0;  ///< of those: one of the triggers is gone or switched off
  std::int64_t changes = 0; ///< noted, as the server estimates
  std::int64_t bytes = 0;
};
Result<KeyCaptureState> key_capture_state(pg::Session& session, const std::string& schema,
                                          const Wait& wait);

} // namespace slipway::replay
