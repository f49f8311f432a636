#pragma once

#include "slipway/pg/session.hpp"

#include <string>
#include <vector>

namespace slipway::pg {

/// What there is between us and the server.
enum class Pooler { none, suspected };

/// What a session can know of its server. Read once, at the start of a command.
struct ServerFacts {
  int version = 0;  ///< 150020 style
  std::string version_text;
  std::string platform;  ///< "self-managed", "rds", "aurora", "cloudsql", "azure", "supabase", "neon", "citus" ...
  Pooler pooler = Pooler::none;  ///< suspected when PQbackendPID differs from pg_backend_pid()
  bool in_recovery = false;
  bool read_only = false;  ///< transaction_read_only of a fresh transaction
  bool superuser = false;
  bool can_create_schema = false;  ///< CREATE on the database
  std::string database;
  std::string user;
};

/// Errors: as Session::query.
Result<ServerFacts> read_server_facts(Session& session, const Wait& wait);

}  // namespace slipway::pg
