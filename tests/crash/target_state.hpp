#pragma once

#include "slipway/pg/session.hpp"

#include <string>

namespace slipway::test {

/// All of a target that must not depend on how often a run was interrupted.
struct TargetState {
  std::string schema;  ///< every object outside slipway's own schema, one a line
  std::string dump;    ///< the same by pg_dump -s, where one of the server's version is at hand
  std::string data;    ///< every row of every table outside slipway's own schema
  std::string history; ///< what slipway says is applied
};

enum class WithDump { no, yes };

/// Reads it; throws when it cannot.
TargetState state_of(const std::string& url, WithDump with_dump);
/// What the states differ in, for people; empty when they are equal. A dump that was not made is
/// not compared.
std::string difference(const TargetState& expected, const TargetState& actual);

/// What a crash may leave and a rerun must not: INVALID indexes, names with _ccnew or _ccold, runs
/// without an end, a migration half done. One a line; empty when there is none.
std::string leftovers_in(pg::Session& session);
/// Whether a pg_dump for this server is at hand.
bool has_pg_dump(int major_version);

} // namespace slipway::test
