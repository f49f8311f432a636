#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace slipway {

/// Masks JSON text (one document or several lines of them) so that it stays JSON: values under a
/// secret name become
/// "***", and each other string is given decoded to `mask`. Nothing when `text` is not JSON by its
/// tokens.
std::optional<std::string> mask_json(std::string_view text,
                                     const std::function<std::string(std::string_view)>& mask);

} // namespace slipway
