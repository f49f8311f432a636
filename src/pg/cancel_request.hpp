#pragma once

#include "handles.hpp"
#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"

#include <memory>

namespace slipway::pg {

/// A cancel on its way to the server, sent by a thread of its own.
///
/// PQcancel connects, sends and then waits for the server to hang up, all of it blocking and
/// without any time limit. A server that is stopped or overloaded accepts the connection through
/// its kernel's backlog and never hangs up, so the call cannot be made on a thread that has to come
/// back. The thread owns all it uses and is left to itself when nobody waits for it any longer.
class CancelRequest {
public:
  /// Sends a cancel now. `cancel` may be shared with other threads: it is only read.
  explicit CancelRequest(std::shared_ptr<PGcancel> cancel);

  /// Waits until the server has dealt with the request. False at the deadline: then it may still
  /// arrive, and would hit whatever runs by then.
  bool wait_until(Deadline deadline) const;
  /// What became of it. Errors: connection. Precondition: wait_until said true.
  Status result() const;

private:
  struct Progress;
  std::shared_ptr<Progress> progress_;
};

} // namespace slipway::pg
