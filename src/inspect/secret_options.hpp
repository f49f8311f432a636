#pragma once

#include "slipway/inspect/read.hpp"
#include "slipway/inspect/secret_names.hpp"

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

/// `object` is salted by, too, so that one password of two users is not seen as one.
PartedOptions part_options(const std::vector<std::string>& options, OptionsOf readers,
                           const Scope& scope, const std::string& object = {});

/// "NAME=DIGEST" with the SHA-256 of salt, name and value, each behind its length; "NAME=" where
/// only names are wanted. Of what stands in a copy for a secret: the digest of that.
std::string secret_digest(std::string_view name, std::string_view value, const Scope& scope,
                          const std::string& object);

} // namespace slipway::inspect
