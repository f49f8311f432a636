#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/pg/session.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::replay {

/// Parked rows that are alike.
struct ParkedGroup {
  std::string run; ///< that was taken back
  QualifiedName table;
  std::string operation; ///< "insert", "update", "delete", "truncate"
  std::string message;   ///< why
  std::int64_t rows = 0;
};

struct ParkedSelection {
  std::string run;                    ///< empty: all
  std::optional<QualifiedName> table; ///< without a schema: of that name in any
};

/// What is parked and was not made again, by run, table and reason. Empty where there is no table
/// of parked rows. Errors: sql.
Result<std::vector<ParkedGroup>> parked_groups(pg::Session& session,
                                               const std::string& history_schema,
                                               const ParkedSelection& which, const Wait& wait);

/// A row as somebody may want to read it.
struct ParkedText {
  std::int64_t id = 0;
  QualifiedName table;
  std::string operation;
  std::string key; ///< JSON, or empty
  std::string row; ///< JSON, or empty
  std::string message;
};
/// The first `limit` of them, oldest first. Errors: sql.
Result<std::vector<ParkedText>> parked_texts(pg::Session& session,
                                             const std::string& history_schema,
                                             const ParkedSelection& which, std::int64_t limit,
                                             const Wait& wait);

struct ReapplyRequest {
  std::string history_schema;
  ParkedSelection which;
  /// Also over rows and values that somebody else changed since they were parked.
  bool force = false;
  /// Rows that are made again in one transaction.
  std::int64_t group = 500;
};

/// Rows that stay parked for one reason.
struct StillParked {
  QualifiedName table;
  std::string why; ///< the server's words, or ours
  std::int64_t rows = 0;
};

struct ReapplyReport {
  std::int64_t made = 0;      ///< writes that are in their tables now
  std::int64_t overtaken = 0; ///< by a TRUNCATE that was parked after them
  std::vector<StillParked> left;
};

/// Makes parked writes again, in the order in which they were parked, once the schema has a place
/// for them. Each is marked in the transaction that makes it, so a call that was killed goes on and
/// makes nothing twice. What cannot be made stays parked: a table or column that is not there, a
/// row that is there already or is gone, one that somebody changed since. It is tried again as long
/// as something else could be made. Triggers fire, as for the application; sequences that belong to
/// the columns are moved behind what was inserted. Precondition: nobody else does the same at the
/// time. Errors: sql; connection.
Result<ReapplyReport> reapply(pg::Session& session, const ReapplyRequest& request,
                              const Wait& wait);

} // namespace slipway::replay
