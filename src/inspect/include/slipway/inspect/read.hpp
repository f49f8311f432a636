#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/schema/schema.hpp"

#include <string>
#include <vector>

namespace slipway::inspect {

/// What of a database is read. Left out always: the system's own schemas, temporary ones, and the
/// members of extensions.
struct Scope {
  /// Schemas with everything in them, by name; a trailing * stands for any ending.
  std::vector<std::string> leave_out;
  /// Needed for planning, not for comparing.
  bool dependencies = false;
  /// Whether the version of an extension counts. It does not survive dump and restore.
  bool extension_versions = false;
  /// Mixed into the digests of secrets (passwords in options). The same salt on both sides of a
  /// comparison lets equal secrets be seen as equal without either being written down.
  std::string salt;
  /// Of secrets only their names are read: for comparing with what knows no more of them.
  bool names_of_secrets_only = false;
  /// An exported snapshot to read under; empty: one of its own.
  std::string snapshot = {};
};

/// Reads the schema of the database set-wise from the catalogs in one REPEATABLE READ, READ ONLY
/// transaction of its own with pinned settings, so that the texts of expressions do not depend on
/// the role's or the database's. Needs no privilege but CONNECT; what a role may not see (the
/// connection strings of subscriptions) is left out. In a session with a transaction open it is
/// read as that one sees it, under a savepoint. Errors: sql, connection, cancelled.
Result<schema::Schema> read_schema(pg::Session& session, const Scope& scope, const Wait& wait);

} // namespace slipway::inspect
