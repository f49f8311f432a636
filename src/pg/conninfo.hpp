#pragma once

#include "slipway/base/result.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::pg {

/// libpq's connection options by keyword; only those that are set.
using Conninfo = std::map<std::string, std::string>;

/// The value of an option, or empty.
std::string option(const Conninfo& options, const std::string& keyword);

/// The options a connection string sets, read as libpq reads it. None when libpq cannot read it;
/// its reason is not given, for it quotes the string.
std::optional<Conninfo> read_conninfo(const std::string& connection_string);

/// As read_conninfo, and refuses strings that libpq reads but that were clearly meant otherwise,
/// because a password in them is not percent-encoded and part of it is taken for a host, port or
/// database. Errors: configuration, which shows the string only masked.
Result<Conninfo> parse_connection_string(const std::string& connection_string);

/// `given` and, where it is silent, what the environment, the service file and libpq's defaults
/// say. Connects to nothing. Errors: configuration.
Result<Conninfo> effective_conninfo(const Conninfo& given);

/// One of the hosts of a list, as options to set.
struct HostChoice {
  std::string host;
  std::string hostaddr;
  std::string port;
};

/// The hosts that effective options name, in their order; one with an empty host when they name
/// none. Precondition: effective_conninfo made them, so the lists match in length.
std::vector<HostChoice> hosts_of(const Conninfo& effective);

} // namespace slipway::pg
