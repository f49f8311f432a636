#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/cluster.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::rehearse {

/// A pg_dump of this machine that can read the cluster's server: that of its version, beside its
/// programs or in the usual places; else the oldest that is newer. Absent when there is none.
std::optional<std::string> find_pg_dump(const pg::Cluster& cluster, const Wait& wait);

/// The text of pg_dump --schema-only, without the schemas of `leave_out` (with a trailing * for any
/// ending). Errors: io with what pg_dump said; cancelled.
Result<std::string> dump_schema(const std::string& program, const pg::Cluster& cluster,
                                const std::string& database,
                                const std::vector<std::string>& leave_out, const Wait& wait);

} // namespace slipway::rehearse
