#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <string>

namespace slipway::backup {

/// A session for our own statements: names in them are the server's own (search_path is empty), no
/// time-out of the role or the database ends what takes long, values are written so that they can
/// be read back exactly, and row security fails rather than hides rows.
Result<pg::Session> open_working_session(const pg::ConnectOptions& options, const Wait& wait);

/// The settings of such a session, for one that was opened otherwise.
Status set_working_settings(pg::Session& session, const Wait& wait);

/// Begins a transaction that sees the database as the exported snapshot does.
Status begin_under(pg::Session& session, const std::string& snapshot, const Wait& wait);

/// Whether an error is the server's with that SQLSTATE.
bool has_sqlstate(const Error& error, std::string_view sqlstate);

} // namespace slipway::backup
