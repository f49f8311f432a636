#pragma once

#include "slipway/base/result.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace slipway::backup {

/// "202611/20261120_103000_pre-deploy-0a1b2c3d": month, moment in UTC, label, and the commit where
/// it is known. Errors: usage for a label with anything but letters, digits, "_", "-" and ".", or a
/// commit that is no hexadecimal number.
Result<std::string> backup_name(std::chrono::system_clock::time_point moment,
                                std::string_view label, std::string_view git_sha);

/// Whether `name` is one that backup_name makes: a folder of a store with any other name is not
/// ours and is left alone.
bool is_backup_name(std::string_view name);

/// "2026-11-20T10:30:00Z".
std::string utc_text(std::chrono::system_clock::time_point moment);

} // namespace slipway::backup
