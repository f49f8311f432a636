// SIGINT and SIGTERM as a flag and a readable descriptor.
#include "slipway/os/signals.hpp"

#include "slipway/base/bug.hpp"
#include "slipway/os/unique_fd.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>

namespace slipway::os {

namespace {

/// What a signal handler may see: handlers take no argument, so this one pointer cannot be anything
/// but static.
struct Receiver {
  StopSignal* stop;
  int pipe;
};
std::atomic<const Receiver*> the_receiver{nullptr};
static_assert(std::atomic<const Receiver*>::is_always_lock_free);

void on_signal(int) {
  const int before = errno;
  if (const Receiver* receiver = the_receiver.load(); receiver != nullptr) {
    receiver->stop->request();
    const char byte = 0;
    // A full pipe is readable already.
    [[maybe_unused]] const ssize_t written = ::write(receiver->pipe, &byte, 1);
  }
  errno = before;
}

constexpr std::array<int, 2> k_signals{SIGINT, SIGTERM};

} // namespace

struct SignalStop::State {
  UniqueFd read;
  UniqueFd write;
  Receiver receiver{};
  std::array<struct sigaction, k_signals.size()> before{};
};

SignalStop::SignalStop() : state_(std::make_unique<State>()) {
  std::array<int, 2> ends{};
  const bool have_pipe = ::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0;
  SLIPWAY_ASSERT(have_pipe);
  state_->read.reset(ends[0]);
  state_->write.reset(ends[1]);
  state_->receiver = Receiver{this, ends[1]};
  const Receiver* nobody = nullptr;
  const bool only_one_lives = the_receiver.compare_exchange_strong(nobody, &state_->receiver);
  SLIPWAY_ASSERT(only_one_lives);

  struct sigaction action{};
  action.sa_handler = on_signal;
  ::sigemptyset(&action.sa_mask);
  for (int number : k_signals) ::sigaddset(&action.sa_mask, number);
  // No SA_RESTART: a call that waits must come back and look at the flag.
  for (std::size_t i = 0; i < k_signals.size(); ++i) {
    ::sigaction(k_signals[i], nullptr, &state_->before[i]);
    // Who starts us with a signal ignored (nohup, a shell's background job) means it.
    if (state_->before[i].sa_handler != SIG_IGN) ::sigaction(k_signals[i], &action, nullptr);
  }
}

SignalStop::~SignalStop() {
  for (std::size_t i = 0; i < k_signals.size(); ++i)
    ::sigaction(k_signals[i], &state_->before[i], nullptr);
  the_receiver.store(nullptr);
}

int SignalStop::descriptor() const {
  return state_->read.get();
}

} // namespace slipway::os
