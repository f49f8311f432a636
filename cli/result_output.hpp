#pragma once

#include "command.hpp"

#include <nlohmann/json_fwd.hpp>

namespace slipway::cli {

/// Prints the one JSON document of a command: `body` with "schema":1 before it. Bytes that are not
/// UTF-8 are replaced.
void print_json(observe::Output& out, const nlohmann::ordered_json& body);

/// An error as the JSON document of a command that failed: {"schema":1,"error":{...}}.
void print_error_json(observe::Output& out, const Error& error);

} // namespace slipway::cli
