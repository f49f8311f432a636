#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <optional>
#include <string>

namespace slipway::inspect {

/// Where a gate was read: its value says nothing anywhere else, nor after a restore to an earlier
/// time.
struct GatePlace {
  std::string system;   ///< number of the cluster
  std::string timeline; ///< of its write-ahead log
  std::string database; ///< OID
  bool operator==(const GatePlace&) const = default;
};

/// A sum over the catalogs that stays as it is until something in the schema changes, for a tenth
/// of what reading the schema costs. DML, VACUUM and ANALYZE and temporary tables leave it alone;
/// DDL, GRANT and COMMENT do not. TRUNCATE, REINDEX, REFRESH and the like change it, too: it says
/// only when to look.
struct Gate {
  GatePlace place;
  std::string value;
  bool operator==(const Gate&) const = default;
  /// Both in one line, to be kept and compared as a whole.
  std::string text() const;
};

/// Reads it in one statement, with no privilege beyond connecting. Nothing, when it could not vouch
/// for everything: there are subscriptions in the database, which only a superuser may look at, or
/// the role may not know which cluster this is. Errors: as Session::query.
Result<std::optional<Gate>> read_gate(pg::Session& session, const Wait& wait);

} // namespace slipway::inspect
