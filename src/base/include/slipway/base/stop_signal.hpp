#pragma once

#include <atomic>

namespace slipway {

/// A request to stop that any wait can see: a flag, and a file descriptor to poll beside the thing
/// waited for. Safe to read from any thread; `request` is async-signal-safe.
class StopSignal {
public:
  virtual ~StopSignal() = default;
  StopSignal() = default;
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  bool requested() const { return count_.load(std::memory_order_relaxed) > 0; }
  /// How often it was asked; a second Ctrl-C means "at once".
  int count() const { return count_.load(std::memory_order_relaxed); }
  void request() { count_.fetch_add(1, std::memory_order_relaxed); }
  /// Becomes readable when a stop is requested; -1 when there is none, then poll in slices.
  virtual int descriptor() const { return -1; }

private:
  std::atomic<int> count_{0};
};

} // namespace slipway
