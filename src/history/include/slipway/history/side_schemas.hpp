#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::history {

/// A schema of which a rollback without a database of its own keeps two.
struct SideSchema {
  std::int64_t run = 0; ///< the one that is taken back
  std::string name;     ///< that it has for everybody
  /// What the restored one is called until it has that name; empty: the backup has none of it.
  std::string beside;
  /// What the broken one is called afterwards; empty: there was none.
  std::string kept_as;
  bool swapped = false; ///< the restored one has the name
  std::string backup;
  std::string foreign_keys; ///< replay::foreign_keys_of the restored one
};

/// Which schemas stand beside others, or were put aside. Its table is made when the first does.
class SideSchemas {
public:
  explicit SideSchemas(std::string history_schema) : schema_(std::move(history_schema)) {}

  Status prepare(pg::Session& session, const Wait& wait) const;
  /// None when there is no such table, or the role may not read it. Errors: sql.
  Result<std::vector<SideSchema>> all(pg::Session& session, const Wait& wait) const;
  Result<std::vector<SideSchema>> of(pg::Session& session, std::int64_t run,
                                     const Wait& wait) const;
  Status add(pg::Session& session, const std::vector<SideSchema>& schemas, const Wait& wait) const;
  Status set_swapped(pg::Session& session, std::int64_t run, const Wait& wait) const;
  Status forget(pg::Session& session, std::int64_t run, const Wait& wait) const;

private:
  Result<std::vector<SideSchema>> read(pg::Session& session, const std::string& condition,
                                       const std::vector<pg::Param>& params,
                                       const Wait& wait) const;
  std::string table() const;
  std::string schema_;
};

/// The names that only these have, and nobody else counts.
std::vector<std::string> names_aside(const std::vector<SideSchema>& schemas);

} // namespace slipway::history
