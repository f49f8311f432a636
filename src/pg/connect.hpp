#pragma once

#include "conninfo.hpp"
#include "handles.hpp"
#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"

namespace slipway::pg {

/// An open connection, still as libpq makes it: blocking, default verbosity, notices to stderr.
/// Names are resolved by libpq with the system's resolver, which knows no deadline of ours.
/// Errors: connection, configuration (no root certificate), cancelled on a stop request.
Result<ConnectionHandle> connect(const Conninfo& parameters, const Wait& wait);

/// As connect, for each host that `effective` names in turn, each with its share of the time left,
/// until one answers. libpq would do the same by itself, but a host that does not answer would use
/// up the time of all.
Result<ConnectionHandle> connect_to_any(const Conninfo& parameters, const Conninfo& effective,
                                        const Wait& wait);

} // namespace slipway::pg
