#pragma once

#include "handles.hpp"
#include "slipway/base/error.hpp"

#include <string>
#include <string_view>

namespace slipway::pg {

/// SQLSTATE connection_failure: what a lost connection is called when the server said nothing
/// itself.
inline constexpr std::string_view k_connection_failure = "08006";

/// All fields of an error or notice result. `query` is the text that was sent.
SqlError sql_error_from(const PGresult* result, const std::string& query);

/// An Error of code sql for a failed result.
Error server_error(const PGresult* result, const std::string& query);

/// Whether a message with this severity is the last that the server sends on a connection.
bool ends_connection(const SqlError& error);

/// The first line of a message, trimmed.
std::string first_line(std::string_view message);

} // namespace slipway::pg
