#pragma once

#include "slipway/pg/session.hpp"

#include <string>
#include <vector>

namespace slipway::pg {

/// What there is between us and the server.
enum class Pooler { none, suspected };

/// What a session can know of its server. Read once, at the start of a command.
struct ServerFacts {
  int version = 0; ///< 150020 style
  std::string version_text;
  std::string platform; ///< "self-managed", "rds", "aurora", "cloudsql", "azure", "supabase",
                        ///< "neon", "citus" ...
  Pooler pooler = Pooler::none; ///< suspected when PQbackendPID differs from pg_backend_pid()
  bool in_recovery = false;
  bool read_only = false; ///< transaction_read_only of a fresh transaction
  bool superuser = false;
  bool can_create_schema = false; ///< CREATE on the database
  std::string database;
  std::string user;
  std::int64_t lock_timeout_ms = 0; ///< in force for this session; 0: none
};

/// Reads them in one round trip, with no privilege beyond connecting. Works inside a transaction,
/// too, but then read_only is that of the transaction. Errors: as Session::query.
Result<ServerFacts> read_server_facts(Session& session, const Wait& wait);

/// The traces that managed platforms leave in a catalog, such as "role rds_superuser" or "extension
/// citus".
std::vector<std::string> platform_marks();

/// The platform that those of platform_marks which were found tell of; "self-managed" when none
/// were.
std::string platform_from(const std::vector<std::string>& found);

} // namespace slipway::pg
