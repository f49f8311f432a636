#pragma once

#include "slipway/base/result.hpp"
#include "slipway/pg/cluster.hpp"

#include <map>
#include <string>

namespace slipway::pg {

/// Name of the file with our settings, which postgresql.conf includes at its end.
inline constexpr const char* k_settings_file = "slipway.conf";

enum class Listen { socket_only, loopback };

/// The settings of a cluster whose socket is in `folder`. Later ones (those of the caller) count.
/// Errors: configuration when a name of the caller's cannot be a setting.
Result<std::string> settings_text(const ClusterOptions& options, const std::string& folder,
                                  int port, Listen listen);

/// Who may connect: through the socket, which only the server's user and root reach, anyone; on
/// loopback with password.
std::string access_text(Listen listen);

/// "postgres://postgres@/DATABASE?host=FOLDER&port=PORT".
std::string socket_url(const std::string& folder, int port, const std::string& database);
/// "postgres://postgres:PASSWORD@127.0.0.1:PORT/DATABASE".
std::string loopback_url(const std::string& password, int port, const std::string& database);

/// Whether a socket in that folder fits into a socket address (unix(7): 108 bytes with the final
/// NUL).
bool socket_fits(std::size_t folder_length);

/// A TCP port of loopback that nobody uses at this moment. Errors: io.
Result<int> free_port();

/// 32 hexadecimal digits from the system's source of secrets. Errors: io.
Result<std::string> random_password();

/// Writes a new file, or one in place of the old, without following a link that someone put there.
/// Errors: io.
Status write_new_file(const std::string& path, const std::string& text, unsigned mode);

} // namespace slipway::pg
