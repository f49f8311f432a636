#pragma once

#include "handles.hpp"

#include <string>

namespace slipway::pg {

/// Who is talked to, and as whom.
struct ServerAddress {
  std::string host; ///< a name, an address, or the folder of a unix socket
  std::string port;
  std::string database;
  std::string user;
};

/// The address of an open connection.
ServerAddress address_of(const PGconn* connection);

/// The address as a connection URL without any secret. A unix socket stands in the query:
/// postgres://user@/db?host=/tmp
std::string describe(const ServerAddress& address);

/// Whether this is a unix socket: a folder, or with @ a name in the abstract namespace.
bool is_unix_socket(const std::string& host);

} // namespace slipway::pg
