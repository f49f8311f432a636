#pragma once

#include "slipway/pg/session.hpp"
#include "slipway/schema/difference.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace slipway::test {

/// One change of a schema, and what it must be seen as.
struct Mutation {
  std::string form; ///< "column/set default"
  std::string statement;
  std::vector<std::string> expected; ///< sorted lines, as lines_of has them
  /// Whether other differences may come along.
  bool more = false;
  /// No statement can bring it about or undo it.
  bool looked_at_only = false;
};

/// Changes that fit the schema in the session's database, by the forms of mutations/*.sql: round
/// after round one of each form, both in an order that the seed decides, `most` at most. Leaves
/// nothing behind. Throws std::runtime_error.
std::vector<Mutation> draw_mutations(pg::Session& session, std::uint64_t seed, std::size_t most);

/// "created PATH", "dropped PATH" or, for each property, "changed PATH: PROPERTY"; sorted.
std::vector<std::string> lines_of(const std::vector<schema::Difference>& differences);

/// What is wrong about what was seen; empty when it is as it must be.
std::string misseen(const Mutation& mutation, const std::vector<std::string>& seen);

} // namespace slipway::test
