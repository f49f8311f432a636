#pragma once

#include "slipway/base/result.hpp"
#include "slipway/os/unique_fd.hpp"

#include <string>
#include <sys/types.h>

namespace slipway::pg {

/// A process that outlives us and ends the cluster of a folder when we die, however we die.
///
/// It is /bin/sh with a fixed script, blocked in a read from a socket whose other end only we hold:
/// our death closes it. A forked copy of ourselves would not do, since a program with threads may
/// do next to nothing between fork and exec; and a program of our own would have to be found, also
/// from within a test or somebody's own program. No text of a user reaches the shell but the
/// folder's name, as an argument.
class Reaper {
public:
  /// Errors: io.
  static Result<Reaper> start(const std::string& folder);

  /// There is nothing left to do: it ends without doing anything, and has ended when this returns.
  /// Without this call the destructor is a death of the owner: the reaper goes to work.
  void dismiss();
  pid_t pid() const { return pid_; }

private:
  Reaper(pid_t pid, os::UniqueFd life) : pid_(pid), life_(std::move(life)) {}
  pid_t pid_ = 0;
  os::UniqueFd life_;
};

} // namespace slipway::pg
