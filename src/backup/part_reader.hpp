#pragma once

#include "slipway/backup/cipher.hpp"
#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace slipway::backup {

/// Hands on what a PartWriter was given, in pieces that each end with a whole line, until one is
/// not taken. Errors: io, with the file, when it cannot be decrypted or is no whole zstd frame;
/// what `take` says.
Status read_part(const std::string& file, const Cipher& cipher,
                 const std::function<Status(std::string_view)>& take, const Wait& wait);

/// The same as one text.
Result<std::string> read_whole_part(const std::string& file, const Cipher& cipher,
                                    const Wait& wait);

} // namespace slipway::backup
