#pragma once

#include "slipway/base/text.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway {

/// What stands where a secret was.
inline constexpr std::string_view k_secret_mask = "***";

/// Whether a value called `name` is secret: PGPASSWORD, sslpassword, x-api-key, accessToken.
bool is_secret_name(std::string_view name);

/// A secret in a text, and the quote that has to follow its mask because the text ends before it.
struct SecretForm {
  Span span;
  std::string closing;
};

/// The secrets that text gives away by its form: URL passwords, key-value pairs, SQL passwords. In
/// order of their offset, not overlapping. Linear in the length of the text.
std::vector<SecretForm> find_secret_forms(std::string_view text);

} // namespace slipway
