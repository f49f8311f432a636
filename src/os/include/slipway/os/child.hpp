#pragma once

#include "slipway/os/process.hpp"

#include <sys/types.h>

namespace slipway::os {

/// Descriptors a new program gets as its standard streams; -1 is /dev/null. They stay the caller's.
struct Streams {
  int input = -1;
  int output = -1;
  int errors = -1;
};

enum class Ties {
  own_group,   ///< gets SIGTERM when the thread that started it dies; for programs that are waited
               ///< for
  own_session, ///< no terminal, and no signal when we die; for servers
};

/// Starts a program and yields its process id. All descriptors but the three streams are closed in
/// it, signals are at their defaults. `command.input` and `command.output_limit` do not matter
/// here. The caller must reap it (see wait_for_end). Errors: io, also when the program could not be
/// executed in the child.
Result<pid_t> spawn(const Command& command, const Streams& streams, Ties ties);

/// A descriptor that becomes readable when the process ends, -1 when the kernel has none (before
/// Linux 5.3).
int open_process(pid_t pid);

/// Waits until a process has ended, and reaps it when it is our child. False when it still runs at
/// the deadline; a stop request does not end this wait.
bool wait_for_end(pid_t pid, Deadline deadline);

} // namespace slipway::os
