#pragma once

#include "runner.hpp"

#include "slipway/replay/park_dropped.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace slipway::app {

/// Keeps aside, in each transaction that undoes something in place, what that is about to drop.
class RollbackParking {
public:
  /// `runner` must outlive this; `run` is the one that is taken back.
  RollbackParking(Runner& runner, std::int64_t run) : runner_(runner), run_(run) {}

  /// To be called before the first statement of a transaction, again when it is tried again.
  /// Errors: as replay::park_dropped.
  Status park(const plan::Step& step, const plan::Group& group, const Wait& wait);

  /// What those transactions kept aside that were committed last; nothing of tables without a row.
  std::vector<replay::ParkedDrop> parked() const;

private:
  using GroupName = std::pair<std::int64_t, std::int64_t>; ///< version, number of first statement
  Runner& runner_;
  const std::int64_t run_;
  std::map<GroupName, std::vector<replay::ParkedDrop>> parked_;
};

/// After a rollback over a backup: parks what the database that was put aside has in columns of the
/// new schema, and nobody else has any more. Called again, it begins anew. Errors: sql.
Result<std::vector<replay::ParkedDrop>> park_left_behind(const Context& context, std::int64_t run,
                                                         const Wait& wait);

} // namespace slipway::app
