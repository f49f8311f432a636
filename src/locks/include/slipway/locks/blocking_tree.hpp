#pragma once

#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace slipway::locks {

/// A lock that a session holds and another waits for, or waits for itself.
struct TreeLock {
  std::string object; ///< "public.orders", "the end of transaction 735", "a row of public.orders"
  std::string mode;   ///< "ACCESS EXCLUSIVE"
};

/// A session, or a prepared transaction, in the tree. What the role may not see is empty, and
/// `hidden` says so.
struct TreeSession {
  int pid = 0; ///< 0: a prepared transaction
  std::string prepared_gid;
  std::string application_name;
  std::string user;
  std::string state;        ///< "active", "idle in transaction" ...
  std::string backend_type; ///< "client backend", "autovacuum worker" ...
  std::string wait_event;   ///< "Lock:relation"
  std::string query;
  std::optional<double> transaction_age_s; ///< of a prepared one: since it was prepared
  std::optional<double> state_age_s;
  bool hidden = false; ///< the role may not see state, age and query
  bool gone = false;   ///< it ended while we looked

  std::optional<TreeLock> wanted; ///< what it waits for
  std::optional<double> waited_s;
  bool waited_at_most = false; ///< the server does not tell since when: an upper bound
  std::vector<TreeLock> held;  ///< of what others wait for

  std::size_t depth = 0; ///< 0: a root
  /// Places in BlockingTree::sessions of all that it waits for: those that hold, and those ahead of
  /// it in the queue. It is shown below the last of them.
  std::vector<std::size_t> blocked_by;
  std::size_t parent = 0; ///< for depth > 0
  bool in_cycle = false;  ///< each waits for another: a deadlock that is not detected yet

  bool is_waiting() const { return wanted.has_value(); }
  bool is_idle_in_transaction() const { return state.rfind("idle in transaction", 0) == 0; }
};

/// Who waits for whom in a database, as the server's lock manager sees it: behind whom a session
/// queues counts as much as who holds.
struct BlockingTree {
  /// Each once. Roots first, each followed by those below it, longest wait first.
  std::vector<TreeSession> sessions;
  std::string database;
  std::string user; ///< that looked

  std::size_t waiting() const;
  std::size_t roots() const;
  std::size_t hidden() const;
};

/// Looks once; takes no lock and queues nowhere. Errors: as Session::query.
Result<BlockingTree> read_blocking_tree(pg::Session& session, const Wait& wait);

/// Puts sessions whose blocked_by is known into the order and depth of a tree. Where all wait for
/// each other, the one that waited longest is taken for the root.
void arrange(std::vector<TreeSession>& sessions);

} // namespace slipway::locks
