#pragma once

#include "slipway/app/context.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/server_facts.hpp"

namespace slipway::app {

/// What stands between a runner and the server.
enum class WayToServer {
  direct,
  session_pooler,     ///< a server session is ours as long as the connection lasts
  transaction_pooler, ///< it is ours for one transaction; what is not known is taken for this
};

/// What connection.pooler says, or, where it is `auto`, what was found. Errors: unsupported, when
/// there is a pooler and the setting says that there is none.
Result<WayToServer> way_to_server(const Context& context, const pg::ServerFacts& facts);

} // namespace slipway::app
