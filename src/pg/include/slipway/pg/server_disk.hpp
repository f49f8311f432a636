#pragma once

#include "slipway/pg/session.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace slipway::pg {

/// Bytes that are free where the server keeps its data, if that can be known here.
struct ServerDisk {
  std::optional<std::uint64_t> free;
  std::string unknown_since; ///< why nothing is known; empty: it is
};

/// A server does not tell. Measured is its data folder, where that is on this machine for sure: a
/// loopback address may be the end of a tunnel, or the door of a container, and a folder of the
/// same name another server's. Errors: sql.
Result<ServerDisk> look_at_server_disk(Session& session, const Wait& wait);

} // namespace slipway::pg
