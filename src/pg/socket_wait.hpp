#pragma once

#include "slipway/base/deadline.hpp"

namespace slipway::pg {

/// What a socket is waited for.
struct Interest {
  bool read = true;
  bool write = false;
};

enum class SocketState {
  ready,     ///< readable, writable, hung up or in error: libpq will say which
  timed_out, ///< the deadline passed
  stopped,   ///< a stop was requested
};

/// Waits until the socket is ready, the deadline passes or a stop is requested. The latter two win
/// over a socket that is ready, so that a server which sends without end cannot hold a call for
/// ever.
SocketState wait_for_socket(int socket, Interest interest, const Wait& wait);

/// Whether something can be read, or the end of it seen, without waiting.
bool readable_now(int socket);

} // namespace slipway::pg
