#pragma once

#include "slipway/base/stop_signal.hpp"

#include <memory>

namespace slipway::os {

/// Turns SIGINT and SIGTERM into a StopSignal while it lives; restores the previous handlers after.
/// One at a time in a process. The descriptor becomes readable at the first signal; at the second
/// the process still decides for itself.
class SignalStop final : public StopSignal {
public:
  SignalStop();
  ~SignalStop() override;
  int descriptor() const override;

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace slipway::os
