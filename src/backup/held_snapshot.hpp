#pragma once

#include "slipway/backup/create.hpp"

#include "table_list.hpp"

namespace slipway::backup {

/// A transaction that keeps the snapshot of a backup alive and all its tables from being altered,
/// with what was seen under it. Ends with its session.
struct Hold {
  pg::Session session;
  std::string snapshot; ///< its exported name
  TableList tables;
  Moment moment;
};

/// Locks first and takes the snapshot after: a table that was rewritten in between would look empty
/// to the snapshot. A snapshot of somebody else's cannot be had that way; then it is the caller who
/// keeps others from altering tables. Errors: lock_timeout, with the hint to try again.
Result<Hold> hold_database(const CreateRequest& request, const Wait& wait);

} // namespace slipway::backup
