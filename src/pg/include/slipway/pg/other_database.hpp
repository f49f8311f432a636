#pragma once

#include "slipway/pg/session.hpp"

#include <map>
#include <string>

namespace slipway::pg {

/// The same server, role and way of connecting, another database. Errors: configuration.
Result<ConnectOptions> other_database(const ConnectOptions& options, const std::string& database);

/// What a program that uses libpq is given to reach the database of a session: a connection string
/// without any secret, and the environment that goes with it. Nothing secret is in the string, for
/// the arguments of a program can be read by everybody.
struct ProgramConnection {
  std::string connection_string;
  std::map<std::string, std::string> environment;
};
/// Errors: configuration.
Result<ProgramConnection> connection_for_program(const Session& session);

} // namespace slipway::pg
