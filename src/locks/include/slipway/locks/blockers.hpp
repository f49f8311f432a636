#pragma once

#include "slipway/base/sql_text.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/sql/facts.hpp"

#include <string>
#include <vector>

namespace slipway::locks {

/// A session that holds a lock in the way.
struct Blocker {
  int pid = 0;
  std::string application_name;
  std::string user;
  std::string state;
  std::string relation;
  std::string mode;
  double transaction_age_s = 0;
  std::string query; ///< empty where the role may not see it
  std::string describe() const;
};

/// Sessions other than ours that hold a lock conflicting with one of `wanted`, oldest transaction
/// first. Looks only; never queues.
Result<std::vector<Blocker>>
find_blockers(pg::Session& session, const std::vector<sql::RelationLock>& wanted, const Wait& wait);

/// "pid 77 (app, user u, idle in transaction for 3 min) holds ACCESS SHARE on public.orders; ..."
std::string describe(const std::vector<Blocker>& blockers);

} // namespace slipway::locks
