// Time of day, and waiting that a stop request can end.
#include "slipway/os/clock.hpp"

#include <algorithm>
#include <poll.h>

namespace slipway::os {

namespace {

constexpr Millis k_slice{50};

int milliseconds(Millis duration) {
  return static_cast<int>(std::min<Millis::rep>(duration.count(), 60'000));
}

} // namespace

std::chrono::system_clock::time_point now() {
  return std::chrono::system_clock::now();
}

void pause(Millis duration, const Wait& wait) {
  const Deadline end = earlier(Deadline::after(duration), wait.deadline);
  while (!end.passed() && !wait.stop_requested()) {
    const int fd = wait.stop == nullptr ? -1 : wait.stop->descriptor();
    // A stop signal without a descriptor can only be looked at now and then.
    const bool blind = wait.stop != nullptr && fd < 0;
    pollfd stop{fd, POLLIN, 0};
    ::poll(&stop, 1, milliseconds(blind ? std::min(end.remaining(), k_slice) : end.remaining()));
    if ((stop.revents & POLLIN) != 0) return;
  }
}

} // namespace slipway::os
