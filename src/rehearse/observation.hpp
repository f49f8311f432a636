#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/inspect/read.hpp"
#include "slipway/pg/cluster.hpp"
#include "slipway/schema/difference.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::rehearse {

/// What the observers see of one database.
struct Observation {
  schema::Schema schema; ///< with dependencies
  /// The statements of pg_dump in normal form; absent when there is no pg_dump for this server.
  std::optional<std::vector<std::string>> dump;
  std::string dump_text; ///< as pg_dump wrote it
  std::vector<std::string> states;
};

/// How the observers look.
struct Eyes {
  std::optional<std::string> pg_dump; ///< the program
  inspect::Scope scope;
};

/// Looks at a database. Nobody stays connected to it. Errors: sql, io, cancelled.
Result<Observation> observe(const pg::Cluster& cluster, const std::string& database,
                            const Eyes& eyes, const Wait& wait);

/// A sentence for each thing in which `made` is not as `wanted`.
std::vector<std::string> sentences(const std::vector<schema::Difference>& from_made_to_wanted);
std::vector<std::string> dump_sentences(const Observation& made, const Observation& wanted);
std::vector<std::string> state_sentences(const Observation& made, const Observation& wanted);

} // namespace slipway::rehearse
