#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::inspect {

/// Options of a foreign object, NAME=VALUE each, parted into those that may be written down and, of
/// the others, NAME=DIGEST each.
struct PartedOptions {
  std::vector<std::string> plain;
  std::vector<std::string> digests;
};

/// Who may read the options: those of a wrapper or server everybody, so that only what is called
/// like a secret is one there; those of a user mapping its user only, so that there only what is
/// known to be none is not.
enum class OptionsOf { everybody, one_user };

PartedOptions part_options(const std::vector<std::string>& options, OptionsOf readers,
                           std::string_view salt);

/// "NAME=DIGEST" with the SHA-256 of salt, name and value, each behind its length.
std::string secret_digest(std::string_view name, std::string_view value, std::string_view salt);

} // namespace slipway::inspect
