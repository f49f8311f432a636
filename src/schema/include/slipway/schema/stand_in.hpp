#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slipway::schema {

/// A copy of a schema has to be made without its secrets, of which only digests are known. What
/// stands there instead carries the digest: whoever reads the copy finds the secret that the
/// original has, and nobody learns it. An empty digest: only that there is a secret is known.
std::string stand_in(std::string_view digest);

/// The same as a connection string that is valid and leads nowhere: to a socket in a folder that
/// cannot be.
std::string stand_in_connection(std::string_view digest);

/// The digest that a value of an option or a connection string stands for; nothing for any other
/// value.
std::optional<std::string> digest_in(std::string_view value);

} // namespace slipway::schema
