#pragma once

#include "slipway/base/deadline.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::locks {

/// What stands behind a lock in our way.
enum class BlockerKind {
  client,
  autovacuum, ///< ordinary: it gives way when asked
  wraparound, ///< autovacuum against transaction id wraparound: never to be stopped
  prepared,   ///< a prepared transaction, which has no process
  other,      ///< replication, background workers
};

/// A session that holds, or waits for, a lock in the way.
struct Blocker {
  BlockerKind kind = BlockerKind::client;
  int pid = 0;             ///< 0 for a prepared transaction
  std::string transaction; ///< the server's name for it (virtual transaction id)
  std::string application_name;
  std::string user;
  std::string state;
  std::string relation;
  std::string mode;
  bool granted = true; ///< false: it waits for the lock, ahead of us
  bool visible = true; ///< false: this role may not see what it does
  bool superuser = false;
  std::optional<double> transaction_age_s; ///< empty where the role may not see it
  std::string query;                       ///< of a prepared transaction: its identifier
  std::string describe() const;
};

/// "pid 77 (app, user u, idle in transaction for 3 min) holds ACCESS SHARE on public.orders; ..."
std::string describe(const std::vector<Blocker>& blockers);

} // namespace slipway::locks
