// flock(2) with a deadline.
#include "slipway/os/file_lock.hpp"

#include "slipway/os/clock.hpp"
#include "slipway/os/system_error.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>

namespace slipway::os {

Result<FileLock> FileLock::obtain(const std::string& path, const Wait& wait) {
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return system_error("open lock file", path, errno);
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return system_error("lock", path, errno);
    if (wait.deadline.passed() || wait.stop_requested())
      return Error(ErrorCode::cancelled, "the lock on " + path + " was not free in time");
    // flock has no deadline of its own, and an alarm would be the whole process's.
    pause(Millis(20), wait);
  }
  return FileLock(std::move(file));
}

} // namespace slipway::os
