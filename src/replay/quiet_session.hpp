#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/replay/relation_map.hpp"

#include <string>
#include <vector>

namespace slipway::replay {

/// Begins a read-only transaction in one snapshot, in which values are written the same way
/// whatever the role or the database set.
Status begin_reading(pg::Session& session, const std::string& time_zone, const Wait& wait);

/// The same, but functions may be made in it; to be rolled back.
Status begin_comparing(pg::Session& session, const std::string& time_zone, const Wait& wait);

/// The setting of a session in a copy that is loosened: nothing fires there anyway.
inline constexpr const char* k_loosened = "slipway.loosened";

/// Begins a transaction for filling tables: values are read and written the same way, and no
/// trigger or rule may fire. Those that fire all the same (ENABLE ALWAYS, ENABLE REPLICA) are named
/// by `silence`.
Status begin_filling(pg::Session& session, const std::string& time_zone, const Wait& wait);

/// Switches off what fires in spite of begin_filling on this table and its partitions. Yields the
/// statements that switch it on again, to be run in the same transaction.
Result<std::vector<SqlText>> silence(pg::Session& session, const Relation& table, const Wait& wait);

Status commit(pg::Session& session, const Wait& wait);
/// For ways out after an error, whose own message counts.
void roll_back(pg::Session& session);

/// The time zone that the database's sessions have, and so the migration had: between timestamps
/// with and without a zone it decides.
Result<std::string> time_zone_of(pg::Session& session, const Wait& wait);

} // namespace slipway::replay
