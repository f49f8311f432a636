#pragma once

#include "slipway/base/result.hpp"

#include <string>

namespace slipway::os {

/// Where temporary files go: TMPDIR, else /tmp.
std::string temporary_base();

/// A new folder of mode 0700 that goes with this object, and all in it.
class TemporaryFolder {
public:
  /// Makes PARENT/PREFIXxxxxxx; an empty parent means temporary_base(). Errors: io.
  static Result<TemporaryFolder> make(const std::string& parent = "",
                                      const std::string& prefix = "slipway-");

  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept;
  ~TemporaryFolder();

  const std::string& path() const { return path_; }
  /// From now on the folder stays; yields its path.
  std::string release();

private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

/// Removes a folder and all in it without following symbolic links. Nothing there is no error.
Status remove_tree(const std::string& path);

} // namespace slipway::os
