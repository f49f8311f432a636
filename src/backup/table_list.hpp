#pragma once

#include "slipway/backup/manifest.hpp"
#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <set>
#include <string>
#include <vector>

namespace slipway::backup {

/// The tables of a database, as a session sees them now.
struct TableList {
  std::vector<std::string> to_lock; ///< quoted; partitioned ones, too
  std::vector<TableRows> with_rows; ///< nothing of their content is known yet
};
Result<TableList> read_table_list(pg::Session& session, const Wait& wait);

/// Every sequence with its value. Values are not part of any snapshot: these are at least those of
/// the moment.
Result<std::vector<SequenceValue>> read_sequence_values(pg::Session& session, const Wait& wait);

/// Roles that own something of the database, have rights or settings in it, and the cluster's first
/// superuser, of which the catalogs keep no such record.
Result<std::vector<std::string>> read_roles(pg::Session& session, const Wait& wait);

/// Where the log stands, and what the transaction's snapshot is.
Result<Moment> read_moment(pg::Session& session, const Wait& wait);

/// What is in the database and will be in no backup, as sentences.
Result<std::vector<std::string>> read_what_is_left_out(pg::Session& session, const Wait& wait);

} // namespace slipway::backup
