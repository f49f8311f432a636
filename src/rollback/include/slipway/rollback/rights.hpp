#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <string>
#include <vector>

namespace slipway::rollback {

/// What a role may do that a way back needs.
struct Rights {
  bool superuser = false;
  bool create_databases = false;
  bool owns_database = false; ///< and may so rename it and close it to others
  bool create_schemas = false;
  bool end_sessions = false;     ///< of other roles; those of its own it may end anyway
  bool silence_triggers = false; ///< session_replication_role
  bool replicate = false;        ///< make a slot
  std::string owner;             ///< of the database
  std::string user;
  std::string service; ///< which of the known ones this looks like; empty: none
};

/// Reads them for the session's own database, and changes nothing. In no transaction. Errors: sql.
Result<Rights> read_rights(pg::Session& session, const Wait& wait);

/// Why a backup cannot be restored as a database of its own; empty: it can.
std::string why_not_beside(const Rights& rights);

/// For people, a line each: what the role may do, and what slipway does where it may not.
std::vector<std::string> told(const Rights& rights);

/// What is known of a managed service.
struct Service {
  const char* name;
  const char* setting;   ///< of a setting only it has; a trailing _ or . stands for any ending
  const char* role;      ///< that only it has; empty: the setting tells
  const char* databases; ///< whether a role may make databases there, and what slipway does
  const char* capture;   ///< what a slot needs there
};
const std::vector<Service>& known_services();

} // namespace slipway::rollback
