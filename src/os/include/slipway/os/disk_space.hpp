#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace slipway::os {

/// Bytes that are free on the file system of `folder`, for users other than root; nothing when
/// there is no such folder here, or it cannot be reached.
std::optional<std::uint64_t> free_disk_space(const std::string& folder);

} // namespace slipway::os
