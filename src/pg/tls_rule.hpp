#pragma once

#include "conninfo.hpp"
#include "slipway/pg/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::pg {

/// Whether a connection to this host stays on this machine: a unix socket, localhost or a loopback
/// address. What a name other than localhost resolves to is not asked.
bool is_local(const HostChoice& host);

/// The sslmode to connect with, or none to leave it as it is. `effective` is effective_conninfo of
/// what the connection string sets. The rule binds when any of the hosts is not local. An sslmode
/// counts as asked for when it is not libpq's own default, so `prefer` in the environment, which is
/// that default, counts as silence. Errors: configuration, when less is asked for than `mode`
/// allows.
Result<std::optional<std::string>> tls_rule(const Conninfo& given, const Conninfo& effective,
                                            TlsMode mode);

} // namespace slipway::pg
