#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/os/unique_fd.hpp"

#include <string>

namespace slipway::os {

/// An exclusive flock(2) on a file, which is made when missing (mode 0600) and left behind. The
/// system releases it when its owner dies, so it can never be stale.
class FileLock {
public:
  /// Errors: io; cancelled when it was not free by the deadline or a stop was requested.
  static Result<FileLock> obtain(const std::string& path, const Wait& wait);

private:
  explicit FileLock(UniqueFd file) : file_(std::move(file)) {}
  UniqueFd file_;
};

} // namespace slipway::os
