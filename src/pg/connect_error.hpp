#pragma once

#include "slipway/base/error.hpp"

#include <string>
#include <string_view>

namespace slipway::pg {

/// The Error for a connection attempt that failed. `message` is libpq's, with the verbosity that
/// shows the SQLSTATE; `target` names the server for people. Code connection, or configuration when
/// the root certificate is missing.
Error connect_error(std::string_view message, const std::string& target);

/// The Error for a server that did not answer in time.
Error connect_timeout_error(const std::string& target, long long milliseconds);

/// Takes `secret` out of every text of the error. Neither the server nor libpq repeats passwords on
/// purpose; this is for the day when one of them does.
void remove_secret(Error& error, const std::string& secret);

} // namespace slipway::pg
