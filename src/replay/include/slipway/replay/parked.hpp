#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/pg/session.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::replay {

enum class ParkedOperation { insert, update, remove, truncate };

std::string_view operation_name(ParkedOperation operation);

/// A write that the old schema cannot hold, kept with its reason so that it can be made again when
/// the corrected migration is there.
struct ParkedRow {
  QualifiedName table; ///< of the old schema; of the new one when only that has it
  ParkedOperation operation = ParkedOperation::insert;
  std::string key;      ///< JSON object of old column names and values as text; empty: no key
  std::string row;      ///< JSON object of the full row in the new schema; empty: not known
  std::string sqlstate; ///< what the old schema answered
  std::string message;
  std::string position; ///< in the stream of changes; empty: found by comparing states
};

/// Where parked rows are kept: a table `parked` in a schema of any database. In the copy itself
/// they share the fate of the transaction that carries rows over.
class ParkedTable {
public:
  /// The session must outlive this.
  ParkedTable(pg::Session& session, std::string schema, std::string run)
      : session_(&session), schema_(std::move(schema)), run_(std::move(run)) {}

  const std::string& schema() const { return schema_; }
  /// Makes schema and table if they are not there.
  Status create(const Wait& wait);
  /// Forgets what was parked for a table of this run, before it is carried over again.
  Status forget(const QualifiedName& table, const Wait& wait);
  /// Forgets those of this run whose position is this one.
  Status forget_from(const std::string& position, const Wait& wait);
  Status add(const std::vector<ParkedRow>& rows, const Wait& wait);
  /// Adds a row like `sample` for each that `select` finds on the server: "key, row FROM ..." in
  /// the place of the sample's own. Yields how many.
  Result<std::int64_t> add_selected(const ParkedRow& sample, const std::string& select,
                                    const Wait& wait);
  /// Those of this run, in the order in which they were parked.
  Result<std::vector<ParkedRow>> all(const Wait& wait);
  Result<std::vector<ParkedRow>> of(const QualifiedName& table, const Wait& wait);
  Result<std::int64_t> count(const Wait& wait);
  Result<std::int64_t> count_of(const QualifiedName& table, const Wait& wait);

private:
  std::string place() const;
  Result<std::vector<ParkedRow>> read(const std::string& condition, std::vector<pg::Param> params,
                                      const Wait& wait);

  pg::Session* session_;
  std::string schema_;
  std::string run_;
};

} // namespace slipway::replay
