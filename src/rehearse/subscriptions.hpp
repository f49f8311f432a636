#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/cluster.hpp"

#include <string>

namespace slipway::rehearse {

/// Makes the subscriptions of one database in a copy of it, without connecting anywhere: a template
/// does not carry them, for they are listed for the whole server. Nothing is done when there are
/// none. Errors: sql.
Status copy_subscriptions(const pg::Cluster& cluster, const std::string& from,
                          const std::string& copy, const Wait& wait);

} // namespace slipway::rehearse
