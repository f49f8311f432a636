#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/diff/plan.hpp"
#include "slipway/inspect/read.hpp"
#include "slipway/pg/cluster.hpp"

#include <string>
#include <vector>

namespace slipway::rehearse {

/// A plan and the two databases of a throwaway cluster that it leads between. Nobody may be
/// connected to them; neither is changed.
struct ProofRequest {
  pg::Cluster& cluster;
  std::string from_database; ///< template database that holds FROM
  std::string to_database;   ///< holds TO
  std::vector<diff::Statement> up;
  std::vector<diff::Statement> down; ///< may be empty
  std::string seed_sql;              ///< fills the copy of FROM before the plan is applied
  /// Who runs the plan and owns what it makes; empty: the superuser.
  std::string role = {};
  /// How both are read; dependencies always are. Where one of the databases is a copy with
  /// stand-ins for secrets, with the salt of the digests in those.
  inspect::Scope scope = {};
};

/// What became of a plan on a copy.
struct Proof {
  bool holds = false; ///< no differences
  /// A sentence for everything that is not as it should be, with the path of the object.
  std::vector<std::string> differences;
  /// Whether pg_dump looked, too. False when none of a version that can read this server was found.
  bool second_observer_looked = false;
  /// Tables that were rewritten, rows and values that went, rows that stood in the way.
  std::vector<diff::Finding> observed;
};

/// Copies FROM, fills it, applies `up`, and compares with TO: by inspect, by a normalised pg_dump
/// and by the states that pg_dump does not show. Expressions whose text changes when they are
/// dumped and restored count as equal when they are equal after that. Planning from the result must
/// be empty, values of kept columns must be there unless a finding of `up` says that they go, and
/// `down` must lead back to FROM. Rows of the seed that stop a statement, where a finding of
/// data_dependent for its object had said so, are observed and no difference; the proof then goes
/// on with a copy without rows. All copies are dropped again. Errors: sql for a seed that cannot
/// run, io, cancelled; a statement of the plan that fails is a difference.
Result<Proof> prove(const ProofRequest& request, const Wait& wait);

} // namespace slipway::rehearse
