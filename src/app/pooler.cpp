#include "pooler.hpp"

namespace slipway::app {

Result<WayToServer> way_to_server(const Context& context, const pg::ServerFacts& facts) {
  const auto said = context.config.text("connection.pooler");
  if (said == "session") return WayToServer::session_pooler;
  if (said == "transaction") return WayToServer::transaction_pooler;
  if (facts.pooler == pg::Pooler::none) return WayToServer::direct;
  if (said == "none")
    return fail(
        Error(
            ErrorCode::unsupported,
            "there is a connection pooler between slipway and the server, and connection.pooler is none")
            .with_hint(
                "point DATABASE_URL at the server itself, or set connection.pooler to auto, session or transaction")
            .with_state("nothing was changed")
            .with_next("slipway doctor"));
  return WayToServer::transaction_pooler;
}

} // namespace slipway::app
