#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"

#include <optional>
#include <string>
#include <sys/types.h>

namespace slipway::pg {

/// The folder of one cluster and the places in it.
struct ClusterPlace {
  std::string folder; ///< private to the server's user; holds the socket
  std::string data() const { return folder + "/data"; }
  std::string log() const { return folder + "/log"; }
};

/// A running postmaster, as its postmaster.pid tells.
struct Postmaster {
  pid_t pid = 0;
  int port = 0;
};

/// The postmaster that runs on that data folder, if one does. A pid file alone is no proof, for its
/// process may be gone and its number another's: a postmaster's working directory is its data
/// folder.
std::optional<Postmaster> find_postmaster(const std::string& data_folder);

/// Starts postgres as our child in a session of its own and waits until it accepts connections.
/// `user` empty: as we are. Errors: io with the last lines of its log as notes; cancelled when it
/// was not ready in time (then it is ended).
Result<pid_t> start_postmaster(const std::string& bin_folder, const ClusterPlace& place,
                               const std::optional<std::string>& user, const Wait& wait);

enum class StopMode {
  fast,      ///< finish writing, so that the next start needs no recovery
  immediate, ///< drop everything now
};

/// Ends a postmaster and waits until it is gone. `deadline` bounds the fast mode only; what does
/// not go by then, and what does not go at once in immediate mode, is killed within seconds.
/// Errors: io when it cannot be ended.
Status stop_postmaster(pid_t pid, StopMode mode, Deadline deadline);

/// Whether the last lines of the log say that the TCP port was taken by someone else.
bool port_was_taken(const Error& start_error);

/// The variables through which a person's environment would reach the server's programs.
std::vector<std::string> postgres_variables();

} // namespace slipway::pg
