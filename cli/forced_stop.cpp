#include "forced_stop.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <unistd.h>

namespace slipway::cli {

namespace {

// A person's second key press may wait this long.
constexpr std::chrono::milliseconds k_look_every{50};
constexpr int k_status = 130;
constexpr std::string_view k_message =
    "\nstopped at once: a statement may still be running on the server until it notices; next: slipway status\n";

void watch(const std::stop_token& over, const StopSignal& stop, int error_descriptor) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  while (!over.stop_requested()) {
    if (stop.count() >= 2) {
      // Nothing is unwound: that would wait for what is under way.
      [[maybe_unused]] const ssize_t written =
          ::write(error_descriptor, k_message.data(), k_message.size());
      ::_exit(k_status);
    }
    changed.wait_for(lock, over, k_look_every, [] { return false; });
  }
}

} // namespace

ForcedStop::ForcedStop(const StopSignal& stop, int error_descriptor)
    : thread_([&stop, error_descriptor](const std::stop_token& over) {
        watch(over, stop, error_descriptor);
      }) {
}

} // namespace slipway::cli
