#pragma once

#include "slipway/base/result.hpp"
#include "slipway/os/unique_fd.hpp"

#include <string>
#include <string_view>

namespace slipway::os {

/// Makes a folder and its missing parents, each of mode 0700. Errors: io.
Status make_private_folder(const std::string& path);

/// A new file of mode 0600 for writing; one that is there is an error.
Result<UniqueFd> new_private_file(const std::string& path);

Status write_all(int fd, std::string_view bytes, const std::string& path);

/// Makes what was written to a file, or to the folder's list of names, outlive a power cut.
Status sync_file(int fd, const std::string& path);
Status sync_folder(const std::string& path);

/// Renames within one file system, and syncs the folder that it is now in.
Status rename_durably(const std::string& from, const std::string& to);

} // namespace slipway::os
