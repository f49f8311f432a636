#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway {

/// Replaces secrets in text by "***". Applied at every sink (terminal, JSON, history messages), so
/// that no call site can forget. It knows: userinfo passwords in URLs; password=, passfile-less
/// conninfo values, sslpassword=, token= and secret= pairs (bare, quoted, in JSON or in a URL
/// query); PASSWORD '...' and PASSWORD $$...$$ in SQL; and each configured secret wherever it
/// stands, also as URLs, JSON and SQL escape it. JSON stays JSON. Idempotent: masking twice changes
/// nothing (unless a configured secret itself contains "***").
class Masker {
public:
  Masker() = default;
  /// `secrets` are values that must never appear; those shorter than 4 bytes are matched only in
  /// the forms above.
  explicit Masker(std::vector<std::string> secrets);
  std::string mask(std::string_view text) const;
  void add(std::string secret);

private:
  std::vector<std::string> secrets_;
};

} // namespace slipway
