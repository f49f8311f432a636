// The one place where this room sleeps on a socket.
#include "socket_wait.hpp"

#include <algorithm>
#include <array>
#include <poll.h>

namespace slipway::pg {

namespace {

/// How often a stop signal without a descriptor is looked at.
constexpr Millis k_slice{50};
/// poll counts in int milliseconds; a longer wait is taken in pieces.
constexpr Millis k_longest_poll{60'000};

Millis poll_time(const Wait& wait) {
  const bool blind = wait.stop != nullptr && wait.stop->descriptor() < 0;
  return std::min(wait.deadline.remaining(), blind ? k_slice : k_longest_poll);
}

} // namespace

SocketState wait_for_socket(int socket, Interest interest, const Wait& wait) {
  const short events =
      static_cast<short>((interest.read ? POLLIN : 0) | (interest.write ? POLLOUT : 0));
  const int stop = wait.stop == nullptr ? -1 : wait.stop->descriptor();
  for (;;) {
    if (wait.stop_requested()) return SocketState::stopped;
    if (wait.deadline.passed()) return SocketState::timed_out;
    if (socket < 0) return SocketState::ready;
    std::array<pollfd, 2> watched{pollfd{socket, events, 0}, pollfd{stop, POLLIN, 0}};
    const int count =
        ::poll(watched.data(), watched.size(), static_cast<int>(poll_time(wait).count()));
    if (count <= 0) continue;
    if (watched[1].revents != 0) return SocketState::stopped;
    if (watched[0].revents != 0) return SocketState::ready;
  }
}

bool readable_now(int socket) {
  pollfd watched{socket, POLLIN, 0};
  return ::poll(&watched, 1, 0) > 0;
}

} // namespace slipway::pg
