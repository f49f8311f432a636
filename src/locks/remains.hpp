#pragma once

#include "slipway/pg/session.hpp"

#include <string>

namespace slipway::locks {

/// What another runner may have in a target beside the advisory lock: a lease, or, when it was
/// killed, statements that still run without a lock.
struct Remains {
  std::string running;       ///< server processes of killed runners that are at work, described
  bool transactions = false; ///< a transaction of one is open, seen or not
  bool lease_table = false;
  std::string application_name; ///< ours, as the server has it
  bool any() const { return !running.empty() || transactions; }
  std::string describe() const;
};

/// Looks, in one round trip.
Result<Remains> look_for_remains(pg::Session& session, const std::string& history_schema,
                                 const Wait& wait);

/// Who has a lease other than `own_token`; empty when nobody has. One that has expired is removed,
/// so that its holder cannot go on. Precondition: the advisory lock is ours, the table exists.
Result<std::string> other_lease(pg::Session& session, const std::string& history_schema,
                                const std::string& own_token, const Wait& wait);

} // namespace slipway::locks
