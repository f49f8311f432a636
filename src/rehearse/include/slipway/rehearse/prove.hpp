#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/diff/plan.hpp"
#include "slipway/pg/cluster.hpp"

#include <string>
#include <vector>

namespace slipway::rehearse {

struct ProofRequest {
  pg::Cluster& cluster;
  std::string from_database; ///< template database that holds FROM
  std::string to_database;   ///< holds TO
  std::vector<diff::Statement> up;
  std::vector<diff::Statement> down; ///< may be empty
  std::string seed_sql;
};

struct Proof {
  bool holds = false;
  std::vector<std::string> differences;
  bool second_observer_looked = false;
  std::vector<diff::Finding> observed; ///< rewrites seen by relfilenode, rows lost
};

Result<Proof> prove(const ProofRequest& request, const Wait& wait);

} // namespace slipway::rehearse
