#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/replay/relation_map.hpp"

#include <string>
#include <vector>

namespace slipway::replay {

/// Where a transaction of ours stands: alone, or as a savepoint in one that was open already and is
/// not ours to end.
enum class Depth { own, inner };
/// To be asked before it is begun.
Depth depth_of(const pg::Session& session);

/// Begins a read-only transaction in one snapshot, in which values are written the same way
/// whatever the role or the database set.
Status begin_reading(pg::Session& session, const std::string& time_zone, const Wait& wait);

/// The same, but functions may be made in it; to be rolled back.
Status begin_comparing(pg::Session& session, const std::string& time_zone, const Wait& wait);

/// The setting of a session in a copy that is loosened: nothing fires there anyway.
inline constexpr const char* k_loosened = "slipway.loosened";

/// Begins a transaction for filling tables: values are read and written the same way, and no
/// trigger or rule may fire. Those that fire all the same (ENABLE ALWAYS, ENABLE REPLICA) are named
/// by `silence`. As a savepoint it only pins: that nothing fires is up to whoever began the
/// transaction.
Status begin_filling(pg::Session& session, const std::string& time_zone, const Wait& wait);

/// Switches off what fires in spite of begin_filling on this table and its partitions. Yields the
/// statements that switch it on again, to be run in the same transaction.
Result<std::vector<SqlText>> silence(pg::Session& session, const Relation& table, const Wait& wait);

/// As a savepoint it also drops the temporary tables that would have gone with a transaction.
Status commit(pg::Session& session, const Wait& wait, Depth depth = Depth::own);
/// For ways out after an error, whose own message counts.
void roll_back(pg::Session& session, Depth depth = Depth::own);

/// The time zone that the database's sessions have, and so the migration had: between timestamps
/// with and without a zone it decides.
Result<std::string> time_zone_of(pg::Session& session, const Wait& wait);

} // namespace slipway::replay
