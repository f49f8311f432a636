#pragma once

#include "slipway/locks/policy.hpp"
#include "slipway/pg/session.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace slipway::locks {

/// A session that was cancelled or ended so that we get on.
struct Signalled {
  Blocker session;
  Signal signal = Signal::none;
  bool arrived = false; ///< false: the server refused, for want of privilege or because it was gone
};

/// What the watcher saw while a statement ran.
struct Watched {
  bool stepped_aside = false; ///< it cancelled the statement: somebody waited behind it too long
  int waiter = 0;             ///< that somebody
  Millis waited{0};
  std::vector<Signalled> signalled;
  std::vector<std::string> left_alone; ///< why nobody was signalled, one sentence a session
};

/// Looks from a second connection at what our statement does to others while it waits for a lock:
/// lock_timeout counts each lock by itself, and knows nothing of those who queue behind us. One
/// thread, started at first use and asleep while nothing is watched. Must not outlive
/// the sessions it is asked to watch.
class LockWatcher {
public:
  using Open = std::function<Result<pg::Session>(const Wait&)>;
  /// `open` is called on the watcher's own thread.
  explicit LockWatcher(Open open);
  ~LockWatcher();
  LockWatcher(const LockWatcher&) = delete;
  LockWatcher& operator=(const LockWatcher&) = delete;

  /// While the server process `backend` of `working` waits for a lock and somebody waits behind it
  /// for longer than `max_stall`, cancels what `working` runs. With `signals` it first sends the
  /// signals which that policy allows, once, to exactly those who block it, if all of them may be
  /// signalled.
  void watch(pg::Session& working, int backend, Millis max_stall, const Policy* signals);
  /// Ends the watch: no cancel is sent or under way after this returns.
  Watched done();
  /// Why there is no watcher, when its connection could not be opened; told once.
  std::string trouble();

private:
  class Thread;
  Open open_;
  std::unique_ptr<Thread> thread_; ///< from the first watch on
};

} // namespace slipway::locks
