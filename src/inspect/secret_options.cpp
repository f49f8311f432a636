// Which options are secrets. In doubt an option of a user mapping is one: a wrapper that nobody
// here knows may call its password anything.
#include "secret_options.hpp"

#include "slipway/base/sha256.hpp"
#include "slipway/schema/stand_in.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace slipway::inspect {

namespace {

constexpr auto k_harmless = std::to_array<std::string_view>({
    "user",
    "username",
    "remote_user",
    "password_required",
    "sslcert",
    "sslkey",
    "dbname",
    "schema",
    "catalog",
    "host",
    "port",
    "use_scram_passthrough",
    "gssdelegation",
});

constexpr auto k_secret_words = std::to_array<std::string_view>({
    "pass",
    "pwd",
    "secret",
    "token",
    "credential",
    "key",
    "auth",
    "conninfo",
    "connection_string",
    "dsn",
});

} // namespace

bool is_secret_option(std::string name, OptionsOf readers) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (readers == OptionsOf::one_user)
    return std::find(k_harmless.begin(), k_harmless.end(), name) == k_harmless.end();
  return std::any_of(k_secret_words.begin(), k_secret_words.end(),
                     [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

std::string secret_digest(std::string_view name, std::string_view value, const Scope& scope,
                          const std::string& object) {
  const std::string beginning = std::string(name) + "=";
  if (scope.names_of_secrets_only) return beginning;
  if (const auto digest = schema::digest_in(value)) return beginning + *digest;
  const std::string salt = object.empty() ? scope.salt : scope.salt + "/" + object;
  std::string bytes;
  for (const auto part : {std::string_view(salt), name, value}) {
    bytes += std::to_string(part.size()) + ":";
    bytes += part;
  }
  return beginning + sha256_hex(bytes);
}

PartedOptions part_options(const std::vector<std::string>& options, OptionsOf readers,
                           const Scope& scope, const std::string& object) {
  PartedOptions parted;
  for (const auto& option : options) {
    const auto equals = std::min(option.find('='), option.size());
    const auto name = option.substr(0, equals);
    const auto value = std::string_view(option).substr(std::min(equals + 1, option.size()));
    if (is_secret_option(name, readers))
      parted.digests.push_back(secret_digest(name, value, scope, object));
    else
      parted.plain.push_back(option);
  }
  return parted;
}

} // namespace slipway::inspect
